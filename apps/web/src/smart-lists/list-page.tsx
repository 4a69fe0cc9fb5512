import { Page } from '../ui/page';

export function ListPage() {
  return <Page title="List">{null}</Page>;
}
