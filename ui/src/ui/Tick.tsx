import { type ReactNode, useId } from 'react';

/** Something that holds or does not, with what that means beneath it. */
export function Tick({
  label,
  children,
  checked,
  onChange,
}: {
  label: string;
  children: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const about = useId();
  return (
    <label className="row top">
      <input
        type="checkbox"
        className="check"
        aria-label={label}
        aria-describedby={about}
        checked={checked}
        onChange={(e) => onChange(e.target.checked)}
      />
      <span>
        {label}
        <span className="small mute blk" id={about}>
          {children}
        </span>
      </span>
    </label>
  );
}
