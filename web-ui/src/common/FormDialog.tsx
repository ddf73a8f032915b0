import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { fieldErrors, problemOf } from '../api/problem';
import type { Problem } from '../api/types';
import { Fields, shownOf, type Field, type Values } from './fields';
import { ProblemView } from './ProblemAlert';

interface Props {
  title: string;
  description?: ReactNode;
  submit: string;
  fields: Field[];
  initial: Values;
  onSubmit: (values: Values) => Promise<unknown>;
  onClose: () => void;
  /** Stands under the fields. */
  children?: ReactNode;
  variant?: 'medium' | 'large';
}

/** A dialog of a few fields; the engine's complaints stand at the fields they are about. */
export function FormDialog({
  title,
  description,
  submit,
  fields,
  initial,
  onSubmit,
  onClose,
  children,
  variant = 'medium',
}: Props) {
  const [values, setValues] = useState(initial);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const shown = shownOf(fields, values);
  const errors = fieldErrors(problem);
  const missing = shown.some((field) => field.required && String(values[field.name] ?? '').trim() === '');

  const send = async () => {
    if (missing || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await onSubmit(values);
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <Modal isOpen variant={variant} onClose={onClose} aria-labelledby="form-title" className="kv-dialog">
      <ModalHeader title={title} labelId="form-title" description={description} />
      <ModalBody>
        <Form
          id="dialog-form"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          {problem && <ProblemView problem={unplaced(problem, shown)} />}
          <Fields
            fields={fields}
            values={values}
            errors={errors}
            onChange={(name, value) => setValues((all) => ({ ...all, [name]: value }))}
          />
          {children}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="dialog-form" isDisabled={missing || busy} isLoading={busy}>
          {submit}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** Leaves in the alert only the complaints that no field shows. */
export function unplaced(problem: Problem, fields: readonly { name: string }[]): Problem {
  const names = new Set(fields.map((field) => field.name));
  const errors = problem.errors?.filter(
    (error) => !names.has(error.field) && !names.has(error.field.split('.').at(-1) ?? ''),
  );
  return { ...problem, errors };
}
