import { adminAddresses, testBroadcast, variantNames } from '#contracts';
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useStore } from 'zustand';
import { call } from '../../../api/client';
import { useSettings } from '../../../settings/saving/settings.queries';
import { useSmartList } from '../../../smart-lists/smart-lists.queries';
import { people, plural } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Answer } from '../../../ui/feedback/query-states';
import { wordsIn } from '../../design/mail/words-in';
import { TestMail } from '../../templates/template-test';
import { useStoredTemplate } from '../../templates/templates.queries';
import type { BroadcastDraft, StepProps } from '../broadcast/broadcast-draft';
import { useFunnel, type Broadcast, type Funnel } from '../broadcast/broadcasts.queries';
import { BroadcastPreview } from '../preview/design-step';
import { FlipThrough } from '../preview/flip-through';
import { FunnelBars } from '../audience/funnel-bars';
import { HowSent } from '../sending-options/how-sent';
import { RehearsalPart } from './rehearsal-part';
import { SendForm } from './send-form';
import { stepOfProblem } from '../broadcast/wizard-steps';

/** The last look: what is missing, to whom it goes, how it reads, and when it leaves. */
export function ReviewStep({ editing, readOnly }: StepProps) {
  const { now, stored, saving } = editing;
  const [chosen, setChosen] = useState(0);
  const variants = now.test?.variants ?? [];
  const variant = chosen < variants.length ? chosen : 0;
  const settled = useStore(saving.state).is === 'saved';
  const ready = stored.problems.length === 0;
  const funnel = useFunnel(stored, ready && settled);
  const id = stored.id;
  const toStaff = now.audience === 'staff';
  return (
    <>
      <Section title="Review">
        {ready ? (
          <Answer of={funnel} what="The audience could not be counted" lines={3}>
            {(data) => (
              <div className="stack">
                <Letter broadcast={stored} funnel={data} />
                <FunnelBars
                  funnel={data}
                  staff={stored.audience === 'staff'}
                  stale={!settled || funnel.isPlaceholderData}
                />
              </div>
            )}
          </Answer>
        ) : (
          <Missing broadcast={stored} />
        )}
      </Section>
      {toStaff && stored.problems.every((problem) => stepOfProblem(problem) !== 'review') ? null : (
        <HowSent editing={editing} readOnly={readOnly} />
      )}
      {ready ? (
        <Section
          title="Rehearse it"
          note="Makes the mail of everybody who would get it now, counts what is wrong with any of them, and sends nothing."
        >
          <RehearsalPart broadcast={stored} readOnly={readOnly} />
        </Section>
      ) : null}
      {ready && !readOnly ? (
        <Section title="Send">
          <Answer of={funnel} what="The audience could not be counted" lines={2}>
            {(data) => <SendForm broadcast={stored} funnel={data} disabled={!settled || funnel.isPlaceholderData} />}
          </Answer>
        </Section>
      ) : null}
      {variants.length > 0 ? (
        <SegmentedControl
          className="start"
          aria-label="Variant shown"
          value={String(variant)}
          onChange={(next) => setChosen(Number(next))}
          data={variants.map((_, at) => ({ value: String(at), label: variantNames[at]! }))}
        />
      ) : null}
      <BroadcastPreview
        now={asVariant(now, variant)}
        stored={withHtmlOf(stored, variant)}
        beside={
          ready && !readOnly
            ? ({ who, setWho, email }) => (
                <>
                  {settled ? <FlipThrough broadcast={stored} who={who} onShow={setWho} /> : null}
                  <TestMail
                    send={(body) => call(testBroadcast, { params: { id }, body: { ...body, variant } })}
                    contact={email}
                    flush={() => saving.flush()}
                  />
                </>
              )
            : undefined
        }
      />
    </>
  );
}

/** A draft as one variant of its test has it. */
function asVariant(now: BroadcastDraft, variant: number): BroadcastDraft {
  const { subject, preheader, template_id, html } = now.test?.variants[variant] ?? {};
  return {
    ...now,
    subject: subject || now.subject,
    preheader: preheader || now.preheader,
    template_id: html === undefined ? (template_id ?? now.template_id) : null,
  };
}

/** The broadcast with the HTML of one variant, where that has its own. */
function withHtmlOf(stored: Broadcast, variant: number): Broadcast {
  const { html, text } = stored.test?.variants[variant] ?? {};
  return html === undefined ? stored : { ...stored, editor: 'html', design: null, html, text: text ?? null };
}

/** What keeps it from being sent, each with the way to it. */
function Missing({ broadcast: { id, problems } }: { broadcast: Broadcast }) {
  return (
    <div className="notice" data-tone="warning">
      <p>Before this can be sent:</p>
      <ul>
        {problems.map((problem) => (
          <li key={problem.pointer + problem.message}>
            <Link to={adminAddresses.broadcast(id, stepOfProblem(problem))}>{problem.message}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The broadcast in a few sentences. */
function Letter({ broadcast, funnel }: { broadcast: Broadcast; funnel: Funnel }) {
  const { data: settings } = useSettings();
  const toStaff = broadcast.audience === 'staff';
  const sender = broadcast.from ?? (toStaff ? settings?.sender_transactional : settings?.sender_broadcast);
  // Only marketing mail has to say where it comes from.
  const waits = !sender
    ? 'No sender is set.'
    : toStaff || settings?.postal_address
      ? undefined
      : 'No postal address is set.';
  return (
    <div className="sentence lead review-letter" data-testid="review">
      <p>
        To{' '}
        {toStaff ? (
          <b>{plural(funnel.will_receive, 'colleague', 'colleagues')}</b>
        ) : (
          <>
            <b>{people(funnel.will_receive)}</b> <Whom broadcast={broadcast} />
          </>
        )}
      </p>
      <p>
        From <b>{sender ?? 'nobody yet: no sender is set'}</b>
        {broadcast.reply_to ? (
          <>
            , answers to <b>{broadcast.reply_to}</b>
          </>
        ) : null}
      </p>
      <p>
        Subject <b>{broadcast.subject ? wordsIn(broadcast.subject) : <TemplateSubject id={broadcast.template_id} />}</b>
      </p>
      {settings && settings.mode === 'outbox' ? (
        <p className="label">
          No Postmark token is set: every mail is kept in the outbox, and none leaves this machine.
        </p>
      ) : null}
      {settings && settings.mode === 'postmark' && waits ? (
        <p className="notice" data-tone="warning">
          {waits} Its mails wait until there is one.{' '}
          <Link to={adminAddresses.settings('sending')}>Open the settings</Link>
        </p>
      ) : null}
    </div>
  );
}

function TemplateSubject({ id }: { id: string | null }) {
  const { data } = useStoredTemplate(id ?? '');
  return data ? wordsIn(data.subject) : '…';
}

/** “in Everyone and 2 more lists, without Staff” */
function Whom({ broadcast: { include_smart_list_ids, exclude_smart_list_ids, rules } }: { broadcast: Broadcast }) {
  return (
    <>
      {include_smart_list_ids.length > 0 ? (
        <>
          in <Lists ids={include_smart_list_ids} />
        </>
      ) : null}
      {rules ? (include_smart_list_ids.length > 0 ? ' or matching its own rules' : 'matching its own rules') : ''}
      {exclude_smart_list_ids.length > 0 ? (
        <>
          , without <Lists ids={exclude_smart_list_ids} />
        </>
      ) : null}
    </>
  );
}

function Lists({ ids }: { ids: readonly string[] }) {
  const { data } = useSmartList(ids[0]);
  const more = ids.length - 1;
  return (
    <>
      <b>{data?.name ?? '…'}</b>
      {more === 0 ? '' : more === 1 ? ' and 1 more list' : ` and ${more} more lists`}
    </>
  );
}
