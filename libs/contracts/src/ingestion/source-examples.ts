/** A program that sends one activity. */
export interface SourceExample {
  id: 'curl' | 'javascript' | 'python' | 'php' | 'ruby';
  label: string;
  /** What its file is called. */
  file: string;
  code: string;
}

interface Wanted {
  /** Where Cortex is, without a slash at the end. */
  url: string;
  /** A server key that may bring data in. */
  key: string;
}

const EMAIL = 'ann@example.com';
const TYPE = 'order.placed';
const ORDER = '1042';

/** The same activity sent from five languages with what each brings along. Each is run as it stands by a spec. */
export const sourceExamples = ({ url, key }: Wanted): SourceExample[] => [
  {
    id: 'curl',
    label: 'curl',
    file: 'send.sh',
    code: `curl -X POST '${url}/activities' \\
  -H 'Authorization: Bearer ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"contact_email": "${EMAIL}", "type": "${TYPE}", "external_id": "order-${ORDER}", "metadata": {"order_id": "${ORDER}"}}'`,
  },
  {
    id: 'javascript',
    label: 'JavaScript',
    file: 'send.mjs',
    code: `const answer = await fetch('${url}/activities', {
  method: 'POST',
  headers: { authorization: 'Bearer ${key}', 'content-type': 'application/json' },
  body: JSON.stringify({
    contact_email: '${EMAIL}',
    type: '${TYPE}',
    external_id: 'order-${ORDER}',
    metadata: { order_id: '${ORDER}' },
  }),
});
console.log(answer.status, await answer.json());`,
  },
  {
    id: 'python',
    label: 'Python',
    file: 'send.py',
    code: `import json
import urllib.request

request = urllib.request.Request(
    "${url}/activities",
    data=json.dumps({
        "contact_email": "${EMAIL}",
        "type": "${TYPE}",
        "external_id": "order-${ORDER}",
        "metadata": {"order_id": "${ORDER}"},
    }).encode(),
    headers={"Authorization": "Bearer ${key}", "Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    print(answer.status, json.load(answer))`,
  },
  {
    id: 'php',
    label: 'PHP',
    file: 'send.php',
    code: `<?php
echo file_get_contents('${url}/activities', false, stream_context_create(['http' => [
    'method' => 'POST',
    'header' => "Authorization: Bearer ${key}\\r\\nContent-Type: application/json\\r\\n",
    'content' => json_encode([
        'contact_email' => '${EMAIL}',
        'type' => '${TYPE}',
        'external_id' => 'order-${ORDER}',
        'metadata' => ['order_id' => '${ORDER}'],
    ]),
]]));`,
  },
  {
    id: 'ruby',
    label: 'Ruby',
    file: 'send.rb',
    code: `require 'json'
require 'net/http'

answer = Net::HTTP.post(
  URI('${url}/activities'),
  {
    contact_email: '${EMAIL}',
    type: '${TYPE}',
    external_id: 'order-${ORDER}',
    metadata: { order_id: '${ORDER}' }
  }.to_json,
  'Authorization' => 'Bearer ${key}', 'Content-Type' => 'application/json'
)
puts answer.code, answer.body`,
  },
];
