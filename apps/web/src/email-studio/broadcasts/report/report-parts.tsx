import './report.css';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { count } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Table, type Column } from '../../../ui/pages/table';
import { share } from '../broadcast/broadcast-words';
import { ClickMap } from './click-map';
import { HourBars } from './hour-bars';
import { peopleOf } from './people-link';
import { Devices, Lists } from './report-groups';
import { ReportResults } from './report-results';
import type { Report } from './report.queries';

/** Links that are shown before one asks for all of them. */
const FEW = 15;

type LinkRow = Report['links'][number];
type DomainRow = Report['domains'][number];

/** The report by link, by hour, by list, by device and by domain of the address. Parts about which nothing is known yet are left out. */
export function ReportParts({ report }: { report: Report }) {
  const { links, domains, devices, lists, counts, results, sample_message_id } = report;
  return (
    <>
      {results ? <ReportResults results={results} /> : null}
      <HourBars report={report} />
      {links.length > 0 ? <Links links={links} sent={counts.sent} /> : null}
      {links.length > 0 && sample_message_id ? <ClickMap report={report} mailId={sample_message_id} /> : null}
      {lists.length > 1 ? <Lists lists={lists} /> : null}
      <Devices devices={devices} />
      {domains.length > 0 && counts.delivered + counts.bounced > 0 ? <Domains domains={domains} /> : null}
    </>
  );
}

function Links({ links, sent }: { links: readonly LinkRow[]; sent: number }) {
  const [all, setAll] = useState(false);
  const columns: Column<LinkRow>[] = [
    {
      title: 'Link',
      cell: ({ url }) => <span className="report-link">{url === null ? 'All other links' : url || 'Not known'}</span>,
    },
    { title: 'People', className: 'num', cell: ({ people, id }) => peopleOf(people, { link: id }) },
    { title: 'Of those sent', className: 'num', cell: ({ people }) => share(people, sent) },
    { title: 'Clicks', className: 'num', cell: ({ clicks }) => count(clicks) },
    { title: 'By programs', className: 'num', cell: ({ machine_clicks }) => count(machine_clicks) },
  ];
  return (
    <Section title="Links" note="People are counted once for each link, clicks each time.">
      <Table label="Links" rows={all ? links : links.slice(0, FEW)} columns={columns} />
      {links.length > FEW && !all ? (
        <Button variant="default" size="compact-sm" className="start" onClick={() => setAll(true)}>
          Show all {count(links.length)} links
        </Button>
      ) : null}
    </Section>
  );
}

function Domains({ domains }: { domains: readonly DomainRow[] }) {
  const figure =
    (outcome: 'clicked' | 'bounced' | 'complained') =>
    ({ domain, mails, [outcome]: n }: DomainRow) => (
      <>
        {peopleOf(n, { outcome, domain })} <span className="label">{share(n, mails)}</span>
      </>
    );
  const columns: Column<DomainRow & { id: string }>[] = [
    { title: 'Domain', className: 'short', cell: ({ domain }) => domain || 'All others' },
    { title: 'E-mails', className: 'num', cell: ({ mails }) => count(mails) },
    {
      title: 'Delivered',
      className: 'num',
      cell: ({ delivered, mails }) => (
        <>
          {count(delivered)} <span className="label">{share(delivered, mails)}</span>
        </>
      ),
    },
    { title: 'Clicked', className: 'num', cell: figure('clicked') },
    { title: 'Bounced', className: 'num', cell: figure('bounced') },
    { title: 'Complaints', className: 'num', cell: figure('complained') },
  ];
  return (
    <Section
      title="Where it went"
      note="The ten domains with the most recipients. A domain that differs may block you."
    >
      <Table label="Domains" rows={domains.map((row) => ({ ...row, id: row.domain || '*' }))} columns={columns} />
    </Section>
  );
}
