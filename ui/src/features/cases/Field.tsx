import { type ReactNode, useId } from 'react';

/** What an input needs to belong to its label and its help. */
export interface FieldProps {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

/** A label, what it labels, and beneath it what is wrong, or else how it is meant. */
export function Field({
  label,
  hint,
  help,
  wrong,
  children,
}: {
  label: string;
  hint?: string;
  help?: ReactNode;
  wrong?: string | undefined;
  children: (props: FieldProps) => ReactNode;
}) {
  const id = useId();
  const below = wrong ?? help;
  return (
    <div>
      <label className="lab" htmlFor={id}>
        {label}
        {hint && <span className="hint">{hint}</span>}
      </label>
      {children({
        id,
        'aria-describedby': below === undefined ? undefined : `${id}h`,
        'aria-invalid': wrong === undefined ? undefined : true,
      })}
      {below !== undefined && (
        <p className={wrong === undefined ? 'help' : 'help bad'} id={`${id}h`}>
          {below}
        </p>
      )}
    </div>
  );
}
