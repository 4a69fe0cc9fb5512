import { Select, TextInput } from '@mantine/core';

interface NameAndStatusProps {
  search: string;
  onSearch: (search: string) => void;
  /** What the second field is called. */
  label: string;
  /** Empty: any. */
  status: string;
  statuses: readonly { value: string; label: string }[];
  onStatus: (status: string) => void;
}

/** Narrows a table by name and by status. */
export function NameAndStatus({ search, onSearch, label, status, statuses, onStatus }: NameAndStatusProps) {
  return (
    <div className="row">
      <TextInput
        aria-label="Search by name"
        placeholder="Search by name"
        w={280}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      <Select
        aria-label={label}
        w={180}
        allowDeselect={false}
        data={[...statuses]}
        value={status}
        onChange={(next) => onStatus(next ?? '')}
      />
    </div>
  );
}
