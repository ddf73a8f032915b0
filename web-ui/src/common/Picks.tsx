import { Checkbox, SearchInput } from '@patternfly/react-core';
import { useState } from 'react';
import type { Choice } from './fields';

/** More than this many cannot be looked over: they are searched. */
const SHOWN = 100;
const FEW = 8;

interface Props {
  id: string;
  label: string;
  options: readonly Choice[];
  picked: readonly string[];
  onChange: (picked: string[]) => void;
}

/** Any number of many: a list to search and tick. What is picked stands first, also where the search does not find it. */
export function Picks({ id, label, options, picked, onChange }: Props) {
  const [search, setSearch] = useState('');
  // The order in which things are picked must not make them jump away under the pointer.
  const [first] = useState(() => new Set(picked));
  const { shown, more } = offered(options, first, picked, search);
  const toggle = (value: string, on: boolean) =>
    onChange(on ? [...picked, value] : picked.filter((other) => other !== value));
  return (
    <div className="kv-picks">
      {options.length > FEW && (
        <div className="kv-picks-head">
          <SearchInput
            aria-label={`Search ${label}`}
            placeholder="Search"
            value={search}
            onChange={(_event, text) => setSearch(text)}
            onClear={() => setSearch('')}
          />
          <span className="kv-subtle">{picked.length} chosen</span>
        </div>
      )}
      <div className="kv-picks-list">
        {options.length === 0 && <span className="kv-subtle">There are none</span>}
        {shown.map((option) => (
          <Checkbox
            key={option.value}
            id={`${id}-${option.value}`}
            label={option.label}
            isChecked={picked.includes(option.value)}
            onChange={(_event, on) => toggle(option.value, on)}
          />
        ))}
        {more > 0 && <span className="kv-subtle">{more} more: search for them</span>}
      </div>
    </div>
  );
}

/** What of the options is shown: those picked at first, then those that match, up to a number that can be looked over. */
export function offered(
  options: readonly Choice[],
  first: ReadonlySet<string>,
  picked: readonly string[],
  search: string,
): { shown: Choice[]; more: number } {
  const wanted = search.trim().toLowerCase();
  const matching =
    wanted === ''
      ? options
      : options.filter((option) => option.label.toLowerCase().includes(wanted) || picked.includes(option.value));
  const ordered = [
    ...matching.filter((option) => first.has(option.value)),
    ...matching.filter((option) => !first.has(option.value)),
  ];
  return { shown: ordered.slice(0, SHOWN), more: Math.max(0, ordered.length - SHOWN) };
}
