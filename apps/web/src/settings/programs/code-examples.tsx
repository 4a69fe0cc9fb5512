import { SegmentedControl } from '@mantine/core';
import { sourceExamples, type SourceExample } from '#contracts';
import { useState } from 'react';
import { CopyButton } from '../../ui/copying/copy-button';
import { useSettings } from '../saving/settings.queries';

/** What stands where the key belongs, when it is not known any more. */
const PLACEHOLDER = 'YOUR_KEY';

/** Programs that send one activity, in five languages, with a new server key filled in. */
export function CodeExamples({ apiKey = PLACEHOLDER }: { apiKey?: string }) {
  const url = useSettings().data?.public_url ?? '';
  const [id, setId] = useState<SourceExample['id']>('curl');
  const examples = sourceExamples({ url, key: apiKey });
  const { code } = examples.find((example) => example.id === id)!;
  return (
    <div className="stack-tight code-examples">
      <p className="label">
        Send an activity
        {apiKey === PLACEHOLDER ? `: put a server key with the scope “ingest” in place of ${PLACEHOLDER}.` : ':'}
      </p>
      <SegmentedControl
        className="code-languages"
        aria-label="Language"
        value={id}
        onChange={(next) => setId(next as SourceExample['id'])}
        data={examples.map(({ id: value, label }) => ({ value, label }))}
      />
      <pre className="raw" data-testid="code-example" tabIndex={0}>
        {code}
      </pre>
      <div>
        <CopyButton text={code} />
      </div>
    </div>
  );
}
