import { nodeDef } from '#graph';
import { Autocomplete, Button } from '@mantine/core';
import { useState } from 'react';
import { addTyped } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { TypedText, useTyped } from '../commands/typed-text';

const OFFERED = 8;

/** A line below the outline: the next steps, written as a sentence. */
export function WriteSteps() {
  const store = useEditorStore();
  const [text, setText] = useState('');
  const [refused, setRefused] = useState<string>();
  const typed = useTyped(text);
  const after = useEditor((state) => {
    const id = state.selected.at(-1);
    const node = state.document.graph.nodes.find((one) => one.id === id);
    return node && nodeDef(node.type)?.title;
  });
  const change = (next: string) => {
    setText(next);
    setRefused(undefined);
  };
  const add = () => {
    if (!typed) return;
    if (typed.says === '') return setRefused('The underlined words are not understood yet.');
    const reason = addTyped(store, typed.heard, typed.place);
    setRefused(reason);
    if (!reason) setText('');
  };
  return (
    <div className="write-steps">
      <Autocomplete
        label={after ? `Write what comes after “${after}”` : 'Write the next steps'}
        placeholder="wait 2 days, then if not enrolled send “Questions?”"
        value={text}
        onChange={change}
        data={[...new Set(typed?.heard.completions ?? [])].slice(0, OFFERED)}
        filter={({ options }) => options}
        error={refused}
        maxLength={4000}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.currentTarget.getAttribute('aria-activedescendant')) {
            event.preventDefault();
            add();
          }
        }}
        data-testid="write-steps"
      />
      {typed && typed.heard.marks.length > 0 ? <TypedText text={text} typed={typed} /> : null}
      {typed?.says ? (
        <div className="write-steps-says">
          <p className="sentence">{typed.says}</p>
          <Button size="xs" variant="default" onClick={add} disabled={typed.refused !== undefined}>
            Add
          </Button>
        </div>
      ) : null}
      {typed?.refused ? <p className="label">{typed.refused}</p> : null}
    </div>
  );
}
