import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';

interface Props {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  /** When given, it must be typed before the button works. */
  typed?: string;
  onConfirm: () => void | Promise<unknown>;
  onClose: () => void;
}

export function ConfirmDialog({ title, children, confirm, danger = true, typed, onConfirm, onClose }: Props) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const ready = typed === undefined || text === typed;
  const run = async () => {
    if (!ready || busy) return;
    setBusy(true);
    await onConfirm();
    onClose();
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="confirm-title">
      <ModalHeader title={title} labelId="confirm-title" titleIconVariant={danger ? 'warning' : undefined} />
      <ModalBody>
        {children}
        {typed !== undefined && (
          <Form
            className="kv-typed"
            onSubmit={(event) => {
              event.preventDefault();
              void run();
            }}
          >
            <FormGroup label={`Type “${typed}” to confirm`} fieldId="confirm-typed">
              <TextInput id="confirm-typed" value={text} onChange={(_event, value) => setText(value)} autoFocus />
            </FormGroup>
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        <Button
          variant={danger ? 'danger' : 'primary'}
          onClick={() => void run()}
          isDisabled={!ready || busy}
          isLoading={busy}
        >
          {confirm}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
