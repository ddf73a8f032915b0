import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  FormSection,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  InputGroupText,
  Switch,
  TextArea,
  TextInput,
} from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { Picks } from './Picks';

export type Value = string | boolean | string[];
export type Values = Record<string, Value>;

export interface Choice {
  value: string;
  label: string;
}

export interface Field {
  name: string;
  label: string;
  /** `picks` is any number of the options. */
  type?: 'text' | 'number' | 'password' | 'textarea' | 'switch' | 'select' | 'picks';
  options?: Choice[];
  /** Fields that follow each other and name the same section stand under its title. */
  section?: string;
  help?: ReactNode;
  required?: boolean;
  unit?: string;
  min?: number;
  max?: number;
  /** Shown, and not to be changed. */
  fixed?: boolean;
  shown?: (values: Values) => boolean;
}

interface Props {
  field: Field;
  value: Value;
  onChange: (value: Value) => void;
  error?: string;
}

/** One field of a form, with the engine's complaint under it. */
export function FieldInput({ field, value, onChange, error }: Props) {
  const id = `field-${field.name}`;
  if (field.type === 'switch') {
    return (
      <FormGroup fieldId={id}>
        <Switch id={id} label={field.label} isChecked={value === true} onChange={(_event, on) => onChange(on)} />
        <Hint error={error} help={field.help} />
      </FormGroup>
    );
  }
  if (field.type === 'picks') {
    return (
      <FormGroup fieldId={id} label={field.label} role="group" isRequired={field.required}>
        <Picks
          id={id}
          label={field.label}
          options={field.options ?? []}
          picked={Array.isArray(value) ? value : []}
          onChange={onChange}
        />
        <Hint error={error} help={field.help} />
      </FormGroup>
    );
  }
  return (
    <FormGroup fieldId={id} label={field.label} isRequired={field.required}>
      <Input id={id} field={field} value={String(value ?? '')} onChange={onChange} error={error} />
      <Hint error={error} help={field.help} />
    </FormGroup>
  );
}

function Input({ id, field, value, onChange, error }: Omit<Props, 'value'> & { id: string; value: string }) {
  const validated = error ? 'error' : 'default';
  if (field.type === 'textarea') {
    return (
      <TextArea
        id={id}
        value={value}
        rows={6}
        resizeOrientation="vertical"
        validated={validated}
        className="kv-mono"
        onChange={(_event, text) => onChange(text)}
      />
    );
  }
  if (field.type === 'select') {
    const options = field.options ?? [];
    return (
      <FormSelect id={id} value={value} validated={validated} onChange={(_event, text) => onChange(text)}>
        {!options.some((option) => option.value === value) && (
          <FormSelectOption value="" label="Choose…" isPlaceholder />
        )}
        {options.map((option) => (
          <FormSelectOption key={option.value} value={option.value} label={option.label} />
        ))}
      </FormSelect>
    );
  }
  const input = (
    <TextInput
      id={id}
      type={field.type === 'number' || field.type === 'password' ? field.type : 'text'}
      value={value}
      validated={validated}
      isRequired={field.required}
      isDisabled={field.fixed}
      min={field.min}
      max={field.max}
      autoComplete={field.type === 'password' ? 'new-password' : 'off'}
      onChange={(_event, text) => onChange(text)}
    />
  );
  if (!field.unit) return input;
  return (
    <InputGroup>
      <InputGroupItem isFill>{input}</InputGroupItem>
      <InputGroupText>{field.unit}</InputGroupText>
    </InputGroup>
  );
}

interface FieldsProps {
  fields: readonly Field[];
  values: Values;
  errors: Record<string, string>;
  onChange: (name: string, value: Value) => void;
}

/** The fields of a form that are shown, under the titles of their sections. */
export function Fields({ fields, values, errors, onChange }: FieldsProps) {
  return sectionsOf(fields, values).map(({ title, fields: inside }) => {
    const inputs = inside.map((field) => (
      <FieldInput
        key={field.name}
        field={field}
        value={values[field.name] ?? ''}
        error={errors[field.name]}
        onChange={(value) => onChange(field.name, value)}
      />
    ));
    if (!title) return inputs;
    return (
      <FormSection key={title} title={title} titleElement="h3" className="kv-form-section">
        <div className="kv-columns">{inputs}</div>
      </FormSection>
    );
  });
}

export function shownOf(fields: readonly Field[], values: Values): Field[] {
  return fields.filter((field) => field.shown?.(values) ?? true);
}

/** Fields that are shown, gathered by section in their order. */
export function sectionsOf(fields: readonly Field[], values: Values): { title?: string; fields: Field[] }[] {
  const sections: { title?: string; fields: Field[] }[] = [];
  for (const field of shownOf(fields, values)) {
    const last = sections.at(-1);
    if (last && last.title === field.section) last.fields.push(field);
    else sections.push({ title: field.section, fields: [field] });
  }
  return sections;
}

function Hint({ error, help }: { error?: string; help?: ReactNode }) {
  if (!error && !help) return null;
  return (
    <FormHelperText>
      <HelperText>
        <HelperTextItem variant={error ? 'error' : 'default'}>{error ?? help}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}

export function choices(items: readonly { id: string; name: string }[] | undefined): Choice[] {
  return (items ?? []).map((item) => ({ value: item.id, label: item.name }));
}
