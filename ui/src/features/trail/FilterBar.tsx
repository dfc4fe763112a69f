// What is looked for: words, and one choice each of kind, outcome, customer, case.
import { ListFilter, Search, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';
import type { EventView } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { Kbd } from '~/ui/Kbd';
import { choices, type Field, FIELDS, type Filter, withChip, withoutChip } from './filter';

interface FilterBarProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
  /** What there is to choose from. */
  lines: readonly EventView[];
  input: RefObject<HTMLInputElement | null>;
  /** From the field down to the lines. */
  onDown: () => void;
  children: ReactNode;
}

const NAMES: Record<Field, string> = { kind: 'Event', outcome: 'Outcome', customer: 'Customer', case: 'Case' };

export function FilterBar({ filter, onChange, lines, input, onDown, children }: FilterBarProps) {
  return (
    <div className="bar-tools">
      <div className="find-in">
        <Icon of={Search} size={14} />
        <input
          className="inp"
          ref={input}
          placeholder="Filter: dana refused ZD-4711"
          aria-label="Filter the trail"
          spellCheck={false}
          value={filter.text}
          onChange={(e) => onChange({ ...filter, text: e.target.value })}
          onKeyDown={(e) => {
            if (e.key === 'Escape') {
              if (filter.text === '') e.currentTarget.blur();
              else onChange({ ...filter, text: '' });
            } else if (e.key === 'Enter' || e.key === 'ArrowDown') onDown();
            else return;
            e.preventDefault();
            e.stopPropagation();
          }}
        />
        <Kbd keys="/" />
      </div>
      <FilterMenu filter={filter} onChange={onChange} lines={lines} />
      {FIELDS.map((field) => {
        const value = filter.chips[field];
        if (value === undefined) return null;
        return (
          <span className="chip" key={field}>
            <span className="k">{NAMES[field].toLowerCase()}</span>
            <span>{value}</span>
            <button
              type="button"
              aria-label={`Remove filter: ${NAMES[field].toLowerCase()} ${value}`}
              onClick={() => onChange(withoutChip(filter, field))}
            >
              <Icon of={X} size={14} />
            </button>
          </span>
        );
      })}
      <span className="push small two row">{children}</span>
    </div>
  );
}

function FilterMenu({ filter, onChange, lines }: Pick<FilterBarProps, 'filter' | 'onChange' | 'lines'>) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="btn sm icon" aria-label="Filter by…" title="Filter by…">
        <Icon of={ListFilter} size={14} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={6} collisionPadding={8}>
          {FIELDS.map((field) => (
            <DropdownMenu.Sub key={field}>
              <DropdownMenu.SubTrigger className="menu-i">
                {NAMES[field]}
                <span className="push mute small">{filter.chips[field] ?? 'any'}</span>
              </DropdownMenu.SubTrigger>
              <DropdownMenu.Portal>
                <DropdownMenu.SubContent className="menu tall" sideOffset={6} collisionPadding={8}>
                  <Choices field={field} filter={filter} onChange={onChange} lines={lines} />
                </DropdownMenu.SubContent>
              </DropdownMenu.Portal>
            </DropdownMenu.Sub>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Choices({
  field,
  filter,
  onChange,
  lines,
}: Omit<FilterBarProps, 'input' | 'onDown' | 'children'> & { field: Field }) {
  const all = choices(lines, field);
  if (all.length === 0) return <div className="menu-label">none among these lines</div>;
  return all.map(([value, n]) => (
    <DropdownMenu.Item className="menu-i" key={value} onSelect={() => onChange(withChip(filter, field, value))}>
      <span className="mono">{value}</span>
      <span className="push mute small">{n}</span>
    </DropdownMenu.Item>
  ));
}
