import { countEmptyWords, getTemplate } from '#contracts';
import { chipLabel, liquidFor, type Design } from '#designs';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../../api/client';
import { text } from '../../../schema-form/control';
import { count, people } from '../../../ui/formatting/format';

/** After typing has rested, in milliseconds: everybody is counted. */
const REST = 1_500;

async function missing(config: Record<string, unknown>, signal: AbortSignal) {
  const stream = config.stream === 'transactional' ? ('transactional' as const) : ('broadcast' as const);
  const id = text(config.template_id);
  if (!id) {
    const own = { subject: text(config.subject), preheader: text(config.preheader), html: text(config.html) };
    return call(countEmptyWords, { body: { ...own, text: text(config.text) || null, stream } }, { signal });
  }
  const {
    subject,
    preheader,
    html,
    design,
    editor,
    text: plain,
  } = await call(getTemplate, { params: { id } }, { signal });
  const words = editor === 'mjml' ? { design: design as Design } : { html };
  return call(countEmptyWords, { body: { subject, preheader, text: plain, stream, ...words } }, { signal });
}

/** Personal words that would be empty for some people, with how many, once the mail has rested a moment. */
export function MissingData({ config }: { config: Record<string, unknown> }) {
  const [rested] = useDebouncedValue(config, REST);
  const { data } = useQuery({
    queryKey: ['missing-data', rested],
    queryFn: ({ signal }) => missing(rested, signal),
    staleTime: 60_000,
    retry: false,
  });
  const words = new Map((data?.words ?? []).map(({ path, empty }) => [path, empty]));
  if (!data || words.size === 0) return null;
  return (
    <p className="label" data-testid="missing-data">
      {[...words].map(([path, empty]) => `${chipLabel(liquidFor(path))} is empty for ${count(empty)}`).join(', ')} of{' '}
      {people(data.people)} who can get it. Give {words.size === 1 ? 'it' : 'them'} a fallback.
    </p>
  );
}
