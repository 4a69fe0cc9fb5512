import { listAutomations, type Automation, type AutomationStatus } from '#contracts';
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useVersion } from '../../automations/versions.queries';
import { Explanation } from '../../runs/why-not-entered';
import { Failed } from '../../ui/feedback/query-states';

const offered = 20;

/** The automations that somebody could enter, now or once they are resumed, by name. */
const useRunning = (q: string) =>
  useQuery({
    queryKey: ['automations', 'running', q],
    queryFn: async ({ signal }) => {
      const ask = async (status: AutomationStatus) =>
        (await call(listAutomations, { query: { status, limit: offered, ...(q ? { q } : {}) } }, { signal })).items;
      return (await Promise.all([ask('live'), ask('paused')])).flat();
    },
    placeholderData: keepPreviousData,
  });

const labelOf = ({ name, status }: Pick<Automation, 'name' | 'status'>): string =>
  status === 'paused' ? `${name} (paused)` : name;

/** Chooses an automation and shows whether this person would enter it, and what stops them. */
export function WhyNotEntered({ email }: { email: string }) {
  const [chosen, setChosen] = useState<{ id: string; label: string; live_version: number | null }>();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  // Once one is chosen its label stands in the field; that is no search.
  const running = useRunning(chosen?.label === q ? '' : q);
  const found = running.data ?? [];
  const choices = found.map((one) => ({ value: one.id, label: labelOf(one) }));
  const missing = chosen && !choices.some(({ value }) => value === chosen.id);
  const version = useVersion(chosen?.id ?? '', chosen?.live_version);
  return (
    <section className="why-not-in" aria-label="Why not in an automation?" data-testid="why-not-in">
      <Select
        label="Why not in an automation?"
        placeholder="Choose an automation"
        autoFocus
        searchable
        allowDeselect={false}
        nothingFoundMessage={q ? 'No live automation has that name' : 'No automation is live'}
        searchValue={text}
        onSearchChange={setText}
        filter={({ options }) => options}
        data={missing ? [{ value: chosen.id, label: chosen.label }, ...choices] : choices}
        value={chosen?.id ?? null}
        onChange={(id) => {
          const one = found.find((each) => each.id === id);
          if (one) setChosen({ id: one.id, label: labelOf(one), live_version: one.live_version });
        }}
      />
      {running.error ? (
        <Failed
          error={running.error}
          what="The automations could not be loaded"
          onRetry={() => void running.refetch()}
        />
      ) : null}
      {chosen ? <Explanation automationId={chosen.id} graph={version.data?.graph} email={email} /> : null}
    </section>
  );
}
