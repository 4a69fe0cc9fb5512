import { briefOf, limitPhrases, nodeDef, phrasesOf, type GraphNode, type Phrase } from '#graph';
import { askedBy, useNamesFor, useReferenceNames } from '../../automations/reference-names';
import { kindWords } from '../../automations/step-icon';
import { useEditor, useEditorStore } from '../document/use-editor';

/** Names for what a step is about. */
const useOwnNames = (step: GraphNode) => useNamesFor(useEditor((state) => askedBy(step, state.document.graph)));

/** The step's sentence; values and blanks open the field they come from. */
export function Sentence({ step }: { step: GraphNode }) {
  const store = useEditorStore();
  const names = useOwnNames(step);
  const phrases = phrasesOf(step, names);
  return (
    <p className="card-sentence" title={phrases.map(({ text }) => text).join('')} dir="auto">
      <Phrases phrases={phrases} onOpen={(field) => store.getState().openStep(step.id, field)} />
    </p>
  );
}

/** How often people may enter at this start and when they leave early; each opens its field. */
export function Limits({ step }: { step: GraphNode }) {
  const store = useEditorStore();
  const settings = useEditor((state) => state.document.settings);
  const phrases = limitPhrases(settings, step, useReferenceNames());
  return (
    <p className="card-limits" title={phrases.map(({ text }) => text).join('')} data-testid="limits">
      <Phrases phrases={phrases} onOpen={(field) => store.getState().openStep(step.id, field)} />
    </p>
  );
}

function Phrases({ phrases, onOpen }: { phrases: readonly Phrase[]; onOpen: (field: string) => void }) {
  return phrases.map(({ text, field, blank, title }, at) =>
    field === undefined ? (
      text
    ) : (
      // A span, because a button cannot break over two lines; the keyboard's way to a field is the inspector.
      <span
        key={`${field}-${at}`}
        role="button"
        tabIndex={-1}
        className={blank ? 'card-value card-blank nodrag' : 'card-value nodrag'}
        title={title}
        aria-label={blank ? `Fill in: ${field.replaceAll('_', ' ')}` : undefined}
        onClick={(event) => {
          event.stopPropagation();
          onOpen(field);
        }}
      >
        {blank ? '' : text}
      </span>
    ),
  );
}

/** What a card says from farther away; its style shows the line or the name. */
export function Brief({ step }: { step: GraphNode }) {
  const names = useOwnNames(step);
  const def = nodeDef(step.type);
  const title = def?.title ?? step.type;
  return (
    <>
      <span className="card-line" dir="auto">
        {briefOf(step, names)}
      </span>
      <span className="card-name">{title.length > 10 ? kindWords[def?.kind ?? 'end'] : title}</span>
    </>
  );
}
