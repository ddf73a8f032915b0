import { FileUpload, FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { api } from '../api/client';
import type { RehearsalTrace } from '../api/types';
import { FieldInput } from '../common/fields';

export interface TraceFile {
  file?: File;
  stepSeconds: string;
}

/** Hands the engine a file of CPU use, which it keeps to be rehearsed on. */
export const sendTrace = (file: File, stepSeconds: string) =>
  api.post<RehearsalTrace>('/rehearsal-traces', new Blob([file], { type: 'text/csv' }), {
    name: file.name.slice(0, 100),
    stepSeconds,
  });

/** A file to play instead of recorded loads. */
export function TraceInput({ trace, onChange }: { trace: TraceFile; onChange: (trace: TraceFile) => void }) {
  return (
    <>
      <FormGroup label="Or the loads of a file" fieldId="trace-file">
        <FileUpload
          id="trace-file"
          filename={trace.file?.name ?? ''}
          filenamePlaceholder="None: recorded loads are played"
          browseButtonText="Choose…"
          hideDefaultPreview
          onFileInputChange={(_event, file) => onChange({ ...trace, file })}
          onClearClick={() => onChange({ ...trace, file: undefined })}
        />
        <FormHelperText>
          <HelperText>
            <HelperTextItem>
              A line a step, in it the CPU use of each VM in per cent, such as “12,80,3.5”; the first line may be names
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      {trace.file && (
        <FieldInput
          field={{ name: 'stepSeconds', label: 'A line is', type: 'number', unit: 'seconds', min: 30, max: 3600 }}
          value={trace.stepSeconds}
          onChange={(value) => onChange({ ...trace, stepSeconds: String(value) })}
        />
      )}
    </>
  );
}
