import { Button, Textarea } from '@mantine/core';
import { CopyButton } from '../../ui/copying/copy-button';
import type { Form } from './consent.queries';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** HTML for a shop's page; the field that nobody sees is for bots. */
const ownForm = ({ action_url, consent_text }: Form) => `<form method="post" action="${escaped(action_url)}">
  <label>E-mail address <input type="email" name="email" required autocomplete="email"></label>
  <label>First name <input name="first_name" autocomplete="given-name"></label>
  <label style="position:absolute;left:-9999px" aria-hidden="true">Leave this empty
    <input name="website" tabindex="-1" autocomplete="off"></label>
  <p>${escaped(consent_text)}</p>
  <button>Sign up</button>
</form>`;

const frame = ({ page_url, name }: Form) =>
  `<iframe src="${escaped(page_url)}" title="${escaped(name)}" width="100%" height="520" style="border:0"></iframe>`;

/** What to copy into a site. */
export function EmbedForm({ form, onClose }: { form: Form; onClose: () => void }) {
  return (
    <div className="stack form" role="group" aria-label={`Embed ${form.name}`}>
      <Snippet label="Link to its page" text={form.page_url} />
      <Snippet label="In a frame" text={frame(form)} />
      <Snippet
        label="As your own form"
        note="Style it as you like. People press one more button on a page of Cortex, which keeps bots out."
        text={ownForm(form)}
      />
      <div>
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  );
}

function Snippet({ label, note, text }: { label: string; note?: string; text: string }) {
  return (
    <div className="stack-tight">
      <Textarea
        label={label}
        description={note}
        readOnly
        autosize
        maxRows={10}
        classNames={{ input: 'code' }}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div>
        <CopyButton text={text} />
      </div>
    </div>
  );
}
