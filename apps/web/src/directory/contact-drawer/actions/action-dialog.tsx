import type { ActionCandidate, ContactActionPreview, ContactActionResult } from '#contracts';
import { Button, Modal, Radio } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react';
import { newUuid } from '../../../api/new-uuid';
import { ApiError, failedBy } from '../../../api/problem';
import { nameOf } from '../../../people/person-words';
import { controlOf, fieldsOfJson } from '../../../schema-form/schema';
import { Problem } from '../../../ui/forms/confirm';
import { ErrorBoundary } from '../../../ui/feedback/error-boundary';
import type { Contact } from '../../contacts.queries';
import { PlannedEffects } from './action-effects';
import { ActionFields } from './action-fields';
import { drawnFields, inputOf, missingIn, previewInput, withDefaults } from './action-input';
import { ActionResult } from './action-result';
import { formOf, useDoAction, usePreview, type ActionInput, type ContactActionName } from './actions.queries';
import { Confirmation } from './confirmation';

interface ActionDialogProps {
  contact: Contact;
  action: ContactActionName;
  /** What stands in the form at the beginning. */
  given: ActionInput;
  onOpen: (action: ContactActionName, given: Record<string, string>) => void;
  onDone: (result: ContactActionResult) => void;
  onClose: () => void;
}

/** Asks for an action and does it: what it needs, what exactly it will do, and then what became of each part. */
export function ActionDialog({ contact, action, given, onOpen, onDone, onClose }: ActionDialogProps) {
  const form = formOf(action)!;
  return (
    <Modal
      opened
      returnFocus={false}
      onClose={onClose}
      title={`${form.label}: ${nameOf(contact)}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      size={520}
      className="action-dialog"
    >
      <ErrorBoundary what="This action could not be shown" of={action}>
        <Asking contact={contact} action={action} given={given} onOpen={onOpen} onDone={onDone} onClose={onClose} />
      </ErrorBoundary>
    </Modal>
  );
}

function Asking({ contact, action, given, onOpen, onDone, onClose }: ActionDialogProps) {
  const form = formOf(action)!;
  const fields = useMemo(() => fieldsOfJson(form.input), [form]);
  const [values, setValues] = useState(given);
  const [tried, setTried] = useState(false);
  // Made with the dialog, so that a second click, or the same one again after a lost answer, does nothing twice.
  const [key] = useState(newUuid);
  const put = (name: string, value: unknown) => setValues((before) => ({ ...before, [name]: value }));

  const asked = previewInput(fields, values);
  const [settled] = useDebouncedValue(asked && JSON.stringify(asked), 300);
  const preview = usePreview(
    contact.id,
    action,
    settled === undefined ? undefined : (JSON.parse(settled) as ActionInput),
  );
  const isFresh = asked !== undefined && JSON.stringify(asked) === settled && !preview.isPlaceholderData;
  const said = isFresh ? preview.data : undefined;
  const doing = useDoAction(contact.id, action, key);

  const refused = doing.error ?? (isFresh ? preview.error : null);
  const found = said?.candidates ?? candidatesIn(refused);
  // They stay when one was chosen, so that another can be.
  const [candidates, setCandidates] = useState<ActionCandidate[]>([]);
  if (found?.length && JSON.stringify(found) !== JSON.stringify(candidates)) setCandidates(found);
  const chooses = fields.find((field) => controlOf(field) === 'candidate');
  const confirms = fields.find((field) => controlOf(field) === 'confirm');
  const typed = confirms ? values[confirms.name] : undefined;
  // It stays while another answer is on its way, so that nothing moves under the pointer.
  const toConfirm = asked === undefined ? undefined : preview.data?.confirm;
  const isSure = !said?.confirm || (typeof typed === 'string' && typed.trim() !== '');
  const isChosen = !chooses || candidates.length === 0 || values[chooses.name] !== undefined;

  if (doing.data) return <ActionResult contactId={contact.id} result={doing.data} onClose={onClose} />;
  const missing = missingIn(fields, values);
  const problems =
    refused instanceof ApiError ? new Map(Object.entries(refused.fields)) : tried ? missing : new Map<string, string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing.size === 0 && said && isSure && isChosen) doing.mutate(inputOf(fields, values), { onSuccess: onDone });
  };
  const change = (name: string, value: unknown) => {
    doing.reset();
    put(name, value);
  };
  return (
    <form className="stack" onSubmit={submit} data-testid="action-form" noValidate>
      {chooses && candidates.length > 0 ? (
        <Candidates
          label={chooses.label}
          candidates={candidates}
          value={String(values[chooses.name] ?? '')}
          onChange={(id) => change(chooses.name, id)}
        />
      ) : null}
      <ActionFields
        fields={drawnFields(fields, values)}
        values={withDefaults(fields, values)}
        problems={problems}
        closed={preview.data?.closed ?? {}}
        readOnly={doing.isPending}
        onChange={change}
      />
      <Foretold
        preview={asked === undefined ? undefined : preview.data}
        isFresh={isFresh}
        isAsked={asked !== undefined}
      />
      {confirms && toConfirm ? (
        <Confirmation
          asked={toConfirm}
          typed={typeof typed === 'string' ? typed : ''}
          problem={problems.get(confirms.name)}
          refused={refused}
          onChange={(text) => change(confirms.name, text)}
        />
      ) : null}
      <Refusal error={refused} isChoice={!isChosen} onOpen={onOpen} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          {...(form.danger ? { color: 'danger' } : {})}
          disabled={doing.isPending || !said || !isSure || !isChosen}
        >
          {doing.isPending ? 'Working on it…' : form.label}
        </Button>
      </div>
    </form>
  );
}

/** What will be done, beforehand; grey while another answer is on its way. */
function Foretold({
  preview,
  isFresh,
  isAsked,
}: {
  preview: ContactActionPreview | undefined;
  isFresh: boolean;
  isAsked: boolean;
}) {
  return (
    <div className="action-foretold" aria-live="polite" aria-busy={isAsked && !isFresh} data-testid="action-preview">
      {!isAsked ? <p className="quiet">Fill in the form to see what will happen.</p> : null}
      {isAsked && !preview ? <p className="quiet">{isFresh ? '' : 'Checking…'}</p> : null}
      {preview ? (
        <>
          {preview.sentences.map((sentence) => (
            <p key={sentence} className="sentence">
              {sentence}
            </p>
          ))}
          <PlannedEffects effects={preview.effects} />
          {preview.warnings.map((warning) => (
            <p key={warning} className="notice" data-tone="warning">
              {warning}
            </p>
          ))}
        </>
      ) : null}
    </div>
  );
}

function Candidates({
  label,
  candidates,
  value,
  onChange,
}: {
  label: string;
  candidates: readonly ActionCandidate[];
  value: string;
  onChange: (id: string) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  // They come with the forecast, above the field that has the focus: where nothing was typed yet, they are chosen from first.
  useEffect(() => {
    const { activeElement: held } = document;
    const isEmpty = held instanceof HTMLTextAreaElement || held instanceof HTMLInputElement ? held.value === '' : false;
    if (isEmpty) list.current?.querySelector('input')?.focus();
  }, []);
  return (
    <Radio.Group label={label} description="There are several. Choose one." value={value} onChange={onChange}>
      <div className="stack-tight action-candidates" ref={list}>
        {candidates.map(({ id, label: words, detail }) => (
          <Radio key={id} value={id} label={words} description={detail} size="sm" />
        ))}
      </div>
    </Radio.Group>
  );
}

/** Why it cannot be done so; an address that somebody else has can be linked instead. */
function Refusal({
  error,
  isChoice,
  onOpen,
}: {
  error: unknown;
  /** It only asks which one is meant. */
  isChoice: boolean;
  onOpen: ActionDialogProps['onOpen'];
}) {
  if (!error || isChoice) return null;
  const other = failedBy(error, 'address_taken') ? error.body['other_contact_id'] : undefined;
  return (
    <div className="stack-tight">
      <Problem error={error} />
      {typeof other === 'string' ? (
        <div>
          <Button variant="default" onClick={() => onOpen('link_accounts', { other_contact_id: other })}>
            Link the two accounts instead
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Some refusals bring along what could be meant. */
function candidatesIn(error: unknown): ActionCandidate[] | undefined {
  const given = error instanceof ApiError ? error.body['candidates'] : undefined;
  if (!Array.isArray(given)) return undefined;
  return given.filter(
    (one): one is ActionCandidate => typeof (one as Partial<ActionCandidate> | null)?.id === 'string',
  );
}
