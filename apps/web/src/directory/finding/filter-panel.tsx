import { readRules, type Group } from '#rules';
import { useState } from 'react';
import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../../access/session.queries';
import { RuleBuilder } from '../../rule-builder/rule-builder';

/** The filter while it is edited: what holds is applied at once, what is unfinished waits. */
export function FilterPanel({
  rules,
  onApply,
}: {
  rules: Group | undefined;
  onApply: (rules: Group | undefined) => void;
}) {
  const [draft, setDraft] = useState(rules);
  const [applied, setApplied] = useState(rules);
  const maySave = useMay('change');
  // The chips above took something away, or the browser went back.
  if (JSON.stringify(rules) !== JSON.stringify(applied)) {
    setApplied(rules);
    setDraft(rules);
  }
  const change = (next: Group | undefined) => {
    setDraft(next);
    const read = next && readRules(next);
    if (next && !read?.rules) return;
    setApplied(read?.rules);
    onApply(read?.rules);
  };
  return (
    <div className="filter-panel stack">
      <RuleBuilder value={draft} onChange={change} context="list" />
      {rules && maySave ? (
        <div>
          <Link to={adminAddresses.newSmartList({ rules })}>Save as a smart list</Link>
        </div>
      ) : null}
    </div>
  );
}
