import { Autocomplete, Select } from '@mantine/core';
import { freeFields, type Condition } from '#rules';
import { useEffect, useRef, useState } from 'react';
import { forSubject, placeOf, presetOf, subjects, type Context } from '../tree/rule-edits';
import { useAttributeFields, useMetadataFields } from '../suggestions';
import { foundSubjects, namedAttribute } from './subject-search';

interface SubjectInputProps {
  condition: Condition;
  context: Context;
  activityType: string | undefined;
  onChange: (condition: Condition) => void;
}

const { attributes, metadata } = freeFields;

/** What the row is about: a field of the catalogue, or free data by its name. */
export function SubjectInput({ condition, context, activityType, onChange }: SubjectInputProps) {
  const value = condition.field;
  const place = placeOf(context);
  const metadataFields = useMetadataFields(activityType);
  const attributeFields = useAttributeFields();
  const field = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useState('');
  // A question that was just added is asked at once, unless the hands are somewhere else, or are moving rows.
  const [open] = useState(value === '');
  useEffect(() => {
    const { activeElement } = document;
    const isMoving = activeElement?.hasAttribute('data-handle');
    if (open && !isMoving && (activeElement === document.body || activeElement?.closest('.rule-builder')))
      field.current?.focus();
  }, [open]);
  if (context === 'where') {
    return (
      <Autocomplete
        aria-label="Part of the metadata"
        miw={160}
        placeholder="course_id"
        data={metadataFields.map((id) => id.slice(metadata.prefix.length))}
        value={value.slice(metadata.prefix.length)}
        onChange={(name) => onChange(renamed(condition, metadata.prefix + name))}
      />
    );
  }
  const isAttribute = value.startsWith(attributes.prefix);
  const groups = subjects(place);
  const all = groups.flatMap(({ items }) => items);
  const chosen = isAttribute ? attributes.prefix : (presetOf(condition) ?? (value || null));
  // What is chosen is no search.
  const typed = search === all.find((one) => one.value === chosen)?.label ? '' : search;
  const found = foundSubjects(groups, typed);
  const attribute = found.length === 0 ? namedAttribute(typed) : undefined;
  const offered = attribute ? [{ group: 'Something else', items: [attribute] }] : found;
  const hints = new Map([...all, ...(attribute ? [attribute] : [])].map((one) => [one.value, one.hint]));
  return (
    <>
      <Select
        ref={field}
        aria-label="Subject"
        w={value === '' ? 320 : 184}
        placeholder="What about them?"
        comboboxProps={{ width: 340, position: 'bottom-start' }}
        maxDropdownHeight={420}
        classNames={{ option: 'subject-option', groupLabel: 'subject-group' }}
        searchable
        selectFirstOptionOnChange
        allowDeselect={false}
        nothingFoundMessage="Nothing has that name. Try another word, such as “course”, “mail” or “visited”."
        data={attribute ? [...groups, ...offered] : groups}
        onSearchChange={setSearch}
        filter={() => offered}
        renderOption={({ option }) => <Offered label={option.label} hint={hints.get(option.value)} />}
        value={chosen}
        onChange={(id) => id && onChange(id === attributes.prefix ? newAttribute : forSubject(id, place))}
      />
      {isAttribute ? (
        <Autocomplete
          aria-label="Name of the attribute"
          w={140}
          placeholder="name"
          data={attributeFields.map((id) => id.slice(attributes.prefix.length))}
          value={value.slice(attributes.prefix.length)}
          onChange={(name) => onChange(renamed(condition, attributes.prefix + name))}
        />
      ) : null}
    </>
  );
}

const Offered = ({ label, hint }: { label: string; hint: string | undefined }) => (
  <span>
    {label}
    {hint === undefined ? null : <span className="label subject-hint">{hint}</span>}
  </span>
);

const newAttribute: Condition = { field: attributes.prefix, operator: 'eq' };

/** Free data by another name: verb and value stay, because the name is often typed last. */
const renamed = (condition: Condition, field: string): Condition => ({ ...condition, field });
