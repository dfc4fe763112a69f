import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { cx } from './text';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons; Cancel among them. */
  foot?: ReactNode;
  /** Makes it a form, which Ctrl Enter sends too. */
  onSubmit?: () => void;
  /** Names it instead of a visible heading. */
  bare?: boolean;
  className?: string;
}

/**
 * A modal dialog: the browser's own, so that what lies below is inert and nothing needs a style element.
 * It starts on the element with `data-autofocus`, else on its first field, else on Cancel, and gives the focus back.
 */
export function Dialog({ title, onClose, children, foot, onSubmit, bare, className }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    if (!dialog) return;
    dialog.showModal();
    const start =
      dialog.querySelector<HTMLElement>('[data-autofocus]') ??
      dialog.querySelector<HTMLElement>('.db input:not([type=checkbox], [type=radio]), .db textarea, .db select') ??
      dialog.querySelector<HTMLElement>('.df button');
    start?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    onSubmit?.();
  };
  const inside = (
    <>
      {!bare && (
        <div className="dh">
          <h2 id={heading}>{title}</h2>
        </div>
      )}
      {bare ? children : <div className="db">{children}</div>}
      {foot && <div className="df">{foot}</div>}
    </>
  );
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of a dialog belong to the dialog
    <dialog
      ref={ref}
      className={cx('dialog', className)}
      aria-labelledby={bare ? undefined : heading}
      aria-label={bare ? title : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        if (onSubmit && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          event.stopPropagation();
          event.currentTarget.querySelector('form')?.requestSubmit();
        }
      }}
    >
      {onSubmit ? <form onSubmit={send}>{inside}</form> : inside}
    </dialog>
  );
}
