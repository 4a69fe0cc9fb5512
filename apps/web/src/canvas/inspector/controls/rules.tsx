import { adminAddresses } from '#contracts';
import { indexGraph, nodeDef, sentenceOf, withSteps } from '#graph';
import { readRules, type Group } from '#rules';
import { Input } from '@mantine/core';
import { Link } from 'react-router';
import { useMay } from '../../../access/session.queries';
import { useReferenceNames } from '../../../automations/reference-names';
import { RuleBuilder } from '../../../rule-builder/rule-builder';
import { useEditor } from '../../document/use-editor';
import { text, type ControlProps } from '../../../schema-form/control';

/** Rules about the person; behind the start also about the lead and about mails sent before. */
export function Rules({ field, value, problem, readOnly, stepId, onChange }: ControlProps) {
  const graph = useEditor((state) => state.document.graph);
  const names = withSteps(useReferenceNames(), graph);
  const own = graph.nodes.find((node) => node.id === stepId);
  const context = own && nodeDef(own.type)?.kind === 'entry' ? 'list' : 'graph';
  const steps = graph.nodes
    .filter((node) => nodeDef(node.type)?.kind === 'mail')
    .map((node) => ({ value: node.id, label: names.get(node.id) ?? sentenceOf(node) }));
  return (
    <Input.Wrapper
      label={field.label}
      description={field.help}
      error={value === undefined ? problem : undefined}
      labelElement="div"
    >
      <RuleBuilder
        value={value as Group | undefined}
        onChange={onChange}
        context={context}
        steps={steps}
        readOnly={readOnly}
      />
      <SaveAsList rules={value} />
    </Input.Wrapper>
  );
}

/** Rules that a list can hold too are kept as one; in a page of its own, so that the drawing stays as it is. */
function SaveAsList({ rules: given }: { rules: unknown }) {
  const may = useMay('change');
  const rules = given === undefined ? undefined : readRules(given).rules;
  if (!may || !rules) return null;
  return (
    <p className="label">
      <Link to={adminAddresses.newSmartList({ rules })} target="_blank">
        Save as a smart list
      </Link>
    </p>
  );
}

/** Conditions on what came with an activity. */
export function MetadataRules({ field, value, config, readOnly, stepId, onChange }: ControlProps) {
  const isStart = useEditor((state) => indexGraph(state.document.graph).entry?.id === stepId);
  const key = useEditor((state) => state.document.settings.entry?.key);
  return (
    <Input.Wrapper label={field.label} description={field.help} labelElement="div">
      <RuleBuilder
        value={value as Group | undefined}
        onChange={onChange}
        context="where"
        activityType={text(config.activity_type) || undefined}
        startKey={isStart ? undefined : key}
        readOnly={readOnly}
      />
    </Input.Wrapper>
  );
}
