import { personalIds } from '#rules';
import { TagsInput } from '@mantine/core';
import { fieldProps, type ControlProps } from '../../../schema-form/control';
import { NameValueRows } from './name-value-rows';

export function Tags(props: ControlProps) {
  const { value, onChange } = props;
  const tags = Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : [];
  return (
    <TagsInput
      {...fieldProps(props)}
      maxTags={50}
      placeholder={tags.length === 0 ? 'Type a tag, then press Enter' : ''}
      value={tags}
      onChange={(next) => onChange(next.length === 0 ? undefined : next)}
    />
  );
}

const written = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));

/** A number, true, false or null is meant as such; everything else is text. */
const meant = (content: string): unknown => {
  if (content.trim() === '') return content;
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? parsed
      : Array.isArray(parsed)
        ? content
        : parsed;
  } catch {
    return content;
  }
};

const asTyped = { noun: 'field', written, meant };

/** Fields of a person to set, a row each. */
export const Fields = (props: ControlProps) => (
  <NameValueRows
    {...props}
    {...asTyped}
    names={[...personalIds, 'attributes.']}
    example="attributes.plan"
    add="Set a field"
  />
);

/** Data of one's own, a row for each name. */
export const Data = (props: ControlProps) => <NameValueRows {...props} {...asTyped} example="plan" add="Add a field" />;
