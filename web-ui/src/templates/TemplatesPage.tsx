import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useNames } from '../api/queries';
import type { Template } from '../api/types';
import { Empty } from '../common/Empty';
import { bytes, cpus, NONE } from '../common/format';
import { ListPage } from '../common/ListPage';
import { RelativeTime } from '../common/RelativeTime';
import { useDelete } from '../common/useDelete';
import { CreateVmDialog } from '../vms/CreateVmDialog';
import { TemplateFromImageDialog } from './TemplateFromImageDialog';

const diskSize = (template: Template) => (template.disks ?? []).reduce((sum, disk) => sum + disk.sizeBytes, 0);

export function TemplatesPage() {
  const dataCenter = useNames('data_center');
  const [making, setMaking] = useState(false);
  const [from, setFrom] = useState<Template>();
  const removal = useDelete('template', 'The template');
  const create = (
    <Button size="sm" onClick={() => setMaking(true)}>
      Make template from image
    </Button>
  );
  return (
    <>
      <ListPage
        kind="template"
        label="templates"
        title="Templates"
        actions={create}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (template) => template.name, sort: (template) => template.name, serverSort: 'name' },
          { title: 'Description', cell: (template) => template.description || NONE },
          { title: 'Data center', cell: (template) => dataCenter(template.dataCenterId) ?? NONE },
          { title: 'CPUs', cell: (t) => cpus(t.hardware), sort: (t) => cpus(t.hardware), numeric: true },
          {
            title: 'Memory',
            cell: (t) => bytes(t.hardware?.memoryBytes),
            sort: (t) => t.hardware?.memoryBytes,
            numeric: true,
          },
          { title: 'Disks', cell: (t) => bytes(diskSize(t)), sort: diskSize, numeric: true },
          {
            title: 'VMs',
            cell: (template) => template.vmCount ?? 0,
            sort: (template) => template.vmCount,
            numeric: true,
          },
          { title: 'Created', cell: (t) => <RelativeTime time={t.createdAt} />, sort: (t) => t.createdAt },
        ]}
        rowActions={(template) =>
          removal.menu(template, [{ key: 'vm', label: 'Create VM', run: () => setFrom(template) }])
        }
        empty={
          <Empty title="No templates yet" action={create}>
            Upload a disk image first, then make a template from it; VMs are made from templates.
          </Empty>
        }
      />
      {making && <TemplateFromImageDialog onClose={() => setMaking(false)} />}
      {from && <CreateVmDialog templateId={from.id} onClose={() => setFrom(undefined)} />}
      {removal.dialog}
    </>
  );
}
