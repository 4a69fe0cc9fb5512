import type { Utm } from '#contracts';
import { Switch, TextInput } from '@mantine/core';

interface UtmFieldsProps {
  value: Utm | null;
  /** Of the broadcast, for a first proposal. */
  name: string;
  problems: (part: string) => string | undefined;
  readOnly: boolean;
  onChange: (utm: Utm | null) => void;
}

const MOST = 100;

/** A name as campaigns are written: `spring-news`. */
const campaignOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MOST);

const parts = [
  { name: 'source', label: 'Source', example: 'newsletter', help: 'Where the visit comes from.' },
  { name: 'medium', label: 'Medium', example: 'email', help: 'By which way.' },
  { name: 'campaign', label: 'Campaign', example: 'spring-courses', help: 'What you want to compare.' },
  { name: 'content', label: 'Content (optional)', example: 'version-a', help: 'To tell versions apart.' },
] as const;

/** Whether links carry UTM parameters, and which. */
export function UtmFields({ value, name, problems, readOnly, onChange }: UtmFieldsProps) {
  const put = (part: (typeof parts)[number]['name'], text: string) => {
    const { content, ...others } = { ...value!, [part]: text };
    onChange({ ...others, ...(content ? { content } : {}) });
  };
  return (
    <div className="stack-tight">
      <Switch
        label="Add UTM tags to links"
        description="Your website’s statistics then show which visits came from this broadcast. Unsubscribe and preferences links, and links with UTM tags of their own, stay as they are."
        checked={value !== null}
        disabled={readOnly}
        onChange={(event) =>
          onChange(
            event.currentTarget.checked ? { source: 'newsletter', medium: 'email', campaign: campaignOf(name) } : null,
          )
        }
      />
      {value ? (
        <div className="utm-fields">
          {parts.map((part) => (
            <TextInput
              key={part.name}
              label={part.label}
              description={part.help}
              placeholder={part.example}
              maxLength={MOST}
              readOnly={readOnly}
              error={problems(part.name)}
              value={value[part.name] ?? ''}
              onChange={(event) => put(part.name, event.currentTarget.value)}
            />
          ))}
        </div>
      ) : null}
    </div>
  );
}
