import { api } from '../api/client';
import { useAll } from '../api/queries';
import type { Operation } from '../api/types';
import { choices } from '../common/fields';
import { FormDialog } from '../common/FormDialog';
import { Pending } from '../common/layout';
import { accepted } from '../operations/useWork';
import { imageHardware } from './newTemplate';

export function TemplateFromImageDialog({ imageId, onClose }: { imageId?: string; onClose: () => void }) {
  const { data: images } = useAll('image');
  const { data: domains } = useAll('storage_domain');
  if (!images || !domains) return <Pending error={undefined} />;
  const ready = images.items.filter((image) => image.state === 'ready');
  const first = ready.find((image) => image.id === imageId) ?? ready[0];
  return (
    <FormDialog
      title="Make template from image"
      submit="Make template"
      initial={{ name: '', imageId: first?.id ?? '', cpus: '1', memoryMiB: '1024', firmware: 'bios' }}
      fields={[
        { name: 'name', label: 'Name', required: true },
        {
          name: 'imageId',
          label: 'Image',
          type: 'select',
          required: true,
          options: choices(ready),
          help: ready.length === 0 ? 'Upload an image first' : undefined,
        },
        { name: 'cpus', label: 'CPUs', type: 'number', min: 1 },
        { name: 'memoryMiB', label: 'Memory', type: 'number', unit: 'MiB', min: 64 },
        {
          name: 'firmware',
          label: 'Firmware',
          type: 'select',
          options: [
            { value: 'bios', label: 'BIOS' },
            { value: 'uefi', label: 'UEFI' },
          ],
        },
      ]}
      onSubmit={async (values) => {
        const image = ready.find((candidate) => candidate.id === values.imageId);
        const domain = domains.items.find((candidate) => candidate.id === image?.storageDomainId);
        accepted(
          await api.post<Operation>('/templates', {
            name: values.name,
            imageId: values.imageId,
            dataCenterId: domain?.dataCenterId,
            hardware: imageHardware(Number(values.cpus), Number(values.memoryMiB), String(values.firmware)),
          }),
        );
      }}
      onClose={onClose}
    />
  );
}
