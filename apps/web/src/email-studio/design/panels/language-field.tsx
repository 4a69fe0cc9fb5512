import { languageTag } from '#designs';
import { Select } from '@mantine/core';
import { usePaper } from '../paper/paper-state';

/** Offered by their names; a design that came from elsewhere may have any other. */
const offered = (
  'ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv th tr ' +
  'uk vi zh-Hans zh-Hant'
).split(' ');
const names = new Intl.DisplayNames('en', { type: 'language' });

/** The language of the mail's words, for screen readers and for programs that offer to translate. */
export function LanguageField({ onChange }: { onChange: (lang: string) => void }) {
  const lang = languageTag(usePaper((state) => state.mail.lang)) ?? '';
  const tags = lang && !offered.includes(lang) ? [lang, ...offered] : offered;
  const data = tags
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Select
      label="Language of this e-mail"
      description="Screen readers read it aloud in this language."
      placeholder="Not set"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Remove the language' }}
      data={data}
      value={lang || null}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  );
}
