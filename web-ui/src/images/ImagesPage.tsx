import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { useNames } from '../api/queries';
import type { Image } from '../api/types';
import { Empty } from '../common/Empty';
import { bytes, NONE, percent } from '../common/format';
import { ListPage } from '../common/ListPage';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { useDelete } from '../common/useDelete';
import { TemplateFromImageDialog } from '../templates/TemplateFromImageDialog';
import { UploadDialog } from './UploadDialog';

function State({ image }: { image: Image }) {
  return (
    <span className="kv-inline">
      <StateLabel state={image.state} />
      {image.state === 'uploading' && image.lengthBytes > 0 && (
        <span className="kv-subtle">{percent(image.uploadedBytes / image.lengthBytes)}</span>
      )}
    </span>
  );
}

export function ImagesPage() {
  const domain = useNames('storage_domain');
  const [uploading, setUploading] = useState(false);
  const [template, setTemplate] = useState<Image>();
  const removal = useDelete('image', 'The image');
  const upload = (
    <Button size="sm" onClick={() => setUploading(true)}>
      Upload image
    </Button>
  );
  return (
    <>
      <ListPage
        kind="image"
        label="images"
        title="Images"
        actions={upload}
        initialSort={{ column: 0, direction: 'asc' }}
        columns={[
          { title: 'Name', cell: (image) => image.name, sort: (image) => image.name, serverSort: 'name' },
          { title: 'State', cell: (image) => <State image={image} />, sort: (image) => image.state },
          { title: 'Format', cell: (image) => image.format, sort: (image) => image.format },
          {
            title: 'Size',
            cell: (image) => bytes(image.lengthBytes),
            sort: (image) => image.lengthBytes,
            numeric: true,
          },
          {
            title: 'Virtual size',
            cell: (image) => bytes(image.virtualSizeBytes),
            sort: (image) => image.virtualSizeBytes,
            numeric: true,
          },
          { title: 'Storage domain', cell: (image) => domain(image.storageDomainId) ?? NONE },
          {
            title: 'SHA-256',
            cell: (image) => (image.sha256 ? <code title={image.sha256}>{image.sha256.slice(0, 12)}…</code> : NONE),
          },
          {
            title: 'Created',
            cell: (image) => <RelativeTime time={image.createdAt} />,
            sort: (image) => image.createdAt,
          },
        ]}
        rowActions={(image) =>
          removal.menu(image, [
            {
              key: 'template',
              label: 'Make template…',
              run: () => setTemplate(image),
              forbidden: image.state === 'ready' ? undefined : 'The image is not ready',
            },
          ])
        }
        empty={
          <Empty title="No images yet" action={upload}>
            Upload a disk image, then make a template from it.
          </Empty>
        }
      />
      {uploading && <UploadDialog onClose={() => setUploading(false)} />}
      {template && <TemplateFromImageDialog imageId={template.id} onClose={() => setTemplate(undefined)} />}
      {removal.dialog}
    </>
  );
}
