import {
  Button,
  FileUpload,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Progress,
} from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { fieldErrors, problemOf } from '../api/problem';
import { useAll } from '../api/queries';
import type { Problem } from '../api/types';
import { choices, FieldInput, type Field } from '../common/fields';
import { bytes } from '../common/format';
import { unplaced } from '../common/FormDialog';
import { ProblemView } from '../common/ProblemAlert';
import { uploadImage, type Upload } from './upload';

export function UploadDialog({ onClose }: { onClose: () => void }) {
  const { data: domains } = useAll('storage_domain');
  const [file, setFile] = useState<File>();
  const [values, setValues] = useState({ name: '', storageDomainId: '', format: 'qcow2', sha256: '' });
  const [sent, setSent] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const upload = useRef<Upload>(null);
  const queryClient = useQueryClient();
  const storageDomainId = values.storageDomainId || domains?.items[0]?.id || '';
  const errors = fieldErrors(problem);
  const busy = sent !== undefined;

  const choose = (chosen: File) => {
    setFile(chosen);
    const format = /\.(raw|iso)$/i.test(chosen.name) ? 'raw' : 'qcow2';
    setValues((old) => ({ ...old, format, name: old.name || chosen.name.replace(/\.(qcow2|img|raw)$/i, '') }));
  };
  const send = async () => {
    if (!file) return;
    setProblem(undefined);
    setSent(0);
    try {
      upload.current = uploadImage(file, { ...values, storageDomainId, sha256: values.sha256.trim() }, setSent);
      await upload.current.done;
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setSent(undefined);
    }
    void queryClient.invalidateQueries({ queryKey: ['image', 'list'] });
  };
  const close = () => {
    upload.current?.abort();
    onClose();
  };
  const input = (field: Field & { name: keyof typeof values }) => (
    <FieldInput
      field={field}
      value={field.name === 'storageDomainId' ? storageDomainId : values[field.name]}
      error={errors[field.name]}
      onChange={(value) => setValues((old) => ({ ...old, [field.name]: String(value) }))}
    />
  );

  return (
    <Modal isOpen variant="medium" onClose={close} aria-labelledby="upload-title" className="kv-dialog">
      <ModalHeader
        title="Upload image"
        labelId="upload-title"
        description="A disk image, such as a distribution's cloud image."
      />
      <ModalBody>
        <Form onSubmit={(event) => event.preventDefault()}>
          {problem && (
            <ProblemView
              problem={unplaced(
                problem,
                Object.keys(values).map((name) => ({ name })),
              )}
            />
          )}
          <FormGroup label="File" isRequired fieldId="image-file">
            <FileUpload
              id="image-file"
              hideDefaultPreview
              filename={file ? `${file.name} (${bytes(file.size)})` : ''}
              filenamePlaceholder="Drop a file here, or browse"
              browseButtonText="Browse…"
              isDisabled={busy}
              onFileInputChange={(_event, chosen) => choose(chosen)}
              onClearClick={() => setFile(undefined)}
            />
          </FormGroup>
          <div className="kv-columns">
            {input({ name: 'name', label: 'Name', required: true })}
            {input({
              name: 'storageDomainId',
              label: 'Storage domain',
              type: 'select',
              options: choices(domains?.items),
            })}
            {input({
              name: 'format',
              label: 'Format',
              type: 'select',
              options: [
                { value: 'qcow2', label: 'qcow2' },
                { value: 'raw', label: 'raw' },
              ],
            })}
            {input({ name: 'sha256', label: 'SHA-256', help: 'Optional; a file that differs is refused' })}
          </div>
          {busy && file && (
            <Progress
              value={file.size ? (sent / file.size) * 100 : 100}
              title={sent < file.size ? 'Uploading' : 'Checking and storing'}
              label={`${bytes(sent)} of ${bytes(file.size)}`}
              valueText={`${bytes(sent)} of ${bytes(file.size)}`}
            />
          )}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          onClick={() => void send()}
          isDisabled={!file || !values.name || !storageDomainId || busy}
          isLoading={busy}
        >
          Upload
        </Button>
        <Button variant="link" onClick={close}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
