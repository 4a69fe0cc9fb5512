import { Autocomplete, Select } from '@mantine/core';
import { freeFields, type Condition } from '#rules';
import { useEffect, useRef, useState } from 'react';
import { forSubject, placeOf, presetOf, subjects, type Context } from '../tree/rule-edits';
import { useAttributeFields, useMetadataFields } from '../suggestions';

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
  return (
    <>
      <Select
        ref={field}
        aria-label="Subject"
        w={value === '' ? 260 : 184}
        placeholder="What about them?"
        comboboxProps={{ width: 260, position: 'bottom-start' }}
        maxDropdownHeight={360}
        searchable
        allowDeselect={false}
        nothingFoundMessage="Nothing has that name"
        data={subjects(place)}
        value={isAttribute ? attributes.prefix : (presetOf(condition) ?? (value || null))}
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

const newAttribute: Condition = { field: attributes.prefix, operator: 'eq' };

/** Free data by another name: verb and value stay, because the name is often typed last. */
const renamed = (condition: Condition, field: string): Condition => ({ ...condition, field });
