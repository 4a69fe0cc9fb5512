import { Page } from '../ui/page';

export function ListsPage() {
  return <Page title="Smart lists">{null}</Page>;
}
