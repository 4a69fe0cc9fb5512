import { Autocomplete, Select } from '@mantine/core';
import { freeFields } from '#rules';
import { placeOf, subjects, type Context } from './edit';
import { useAttributeFields, useMetadataFields } from './suggestions';

interface SubjectInputProps {
  value: string;
  context: Context;
  activityType?: string | undefined;
  onChange: (fieldId: string) => void;
}

const { attributes, metadata } = freeFields;

/** What the row is about: a field of the catalogue, or free data by its name. */
export function SubjectInput({ value, context, activityType, onChange }: SubjectInputProps) {
  const metadataFields = useMetadataFields(activityType);
  const attributeFields = useAttributeFields();
  if (context === 'where') {
    return (
      <Autocomplete
        aria-label="Part of the metadata"
        miw={160}
        placeholder="course_id"
        data={metadataFields.map((id) => id.slice(metadata.prefix.length))}
        value={value.slice(metadata.prefix.length)}
        onChange={(name) => onChange(metadata.prefix + name)}
      />
    );
  }
  const place = placeOf(context);
  const isAttribute = value.startsWith(attributes.prefix);
  const groups = subjects(place, []);
  groups.find(({ group }) => group === attributes.group)?.items.push({ value: attributes.prefix, label: 'Attribute…' });
  return (
    <>
      <Select
        aria-label="Subject"
        w={184}
        searchable
        allowDeselect={false}
        nothingFoundMessage="No such subject"
        data={groups}
        value={isAttribute ? attributes.prefix : value}
        onChange={(id) => id && onChange(id)}
      />
      {isAttribute ? (
        <Autocomplete
          aria-label="Name of the attribute"
          w={140}
          placeholder="name"
          data={attributeFields.map((id) => id.slice(attributes.prefix.length))}
          value={value.slice(attributes.prefix.length)}
          onChange={(name) => onChange(attributes.prefix + name)}
        />
      ) : null}
    </>
  );
}
