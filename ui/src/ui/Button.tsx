import type { LucideIcon } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import { Icon } from './Icon';
import { Kbd } from './Kbd';
import { cx } from './text';

export interface ButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'type' | 'className' | 'disabled'> {
  /** `ink` the page's main act, `sign` a person's act, `danger…` what ends something. */
  kind?: 'plain' | 'ink' | 'sign' | 'danger' | 'danger-solid' | 'ghost';
  size?: 'sm' | 'lg';
  icon?: LucideIcon;
  keys?: string | undefined;
  /** Why it can't be pressed now. A button without its reason is never shown as such. */
  why?: string | undefined;
  /** It works on it: pressing again does nothing. */
  busy?: boolean;
  submit?: boolean;
  className?: string;
  children?: ReactNode;
}

/** A button. With `why` it stays reachable and tells why it does nothing. */
export function Button({
  kind = 'plain',
  size,
  icon,
  keys,
  why,
  busy,
  submit,
  className,
  children,
  ...rest
}: ButtonProps) {
  const off = why !== undefined || busy === true;
  const button = (
    <button
      {...rest}
      type={submit && !off ? 'submit' : 'button'}
      className={cx('btn', kind !== 'plain' && kind, size, icon && !children && 'icon', className)}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      // Pressing it tells why, instead of taking the reason away.
      onPointerDown={why === undefined ? rest.onPointerDown : (event) => event.preventDefault()}
      onClick={off ? (event) => event.preventDefault() : rest.onClick}
    >
      {icon && <Icon of={icon} size={size === 'sm' ? 14 : undefined} />}
      {children}
      {keys && <Kbd keys={keys} />}
    </button>
  );
  if (why === undefined) return button;
  return <Hint text={why}>{button}</Hint>;
}

/** A short text for pointer and keyboard alike. */
export function Hint({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={250}>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content className="hint-box" sideOffset={6} collisionPadding={8}>
            {text}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
