import {
  IconAlignLeft,
  IconArrowsVertical,
  IconBox,
  IconColumns,
  IconColumns2,
  IconColumns3,
  IconFileText,
  IconId,
  IconLayoutColumns,
  IconLayoutSidebar,
  IconMinus,
  IconPhoto,
  IconSchool,
  IconShare,
  IconSquare,
  IconSquareRounded,
  type Icon,
} from '@tabler/icons-react';
import { createElement } from 'react';

/** By the names that the definitions of blocks give. */
const icons = new Map<string, Icon>([
  ['align-left', IconAlignLeft],
  ['arrows-vertical', IconArrowsVertical],
  ['columns', IconColumns],
  ['columns-2', IconColumns2],
  ['columns-3', IconColumns3],
  ['file-text', IconFileText],
  ['id', IconId],
  ['layout-columns', IconLayoutColumns],
  ['layout-sidebar', IconLayoutSidebar],
  ['minus', IconMinus],
  ['photo', IconPhoto],
  ['school', IconSchool],
  ['share', IconShare],
  ['square', IconSquare],
  ['square-rounded', IconSquareRounded],
]);

/** The glyph of a kind of block; its name always stands beside it. */
export function BlockIcon({ name }: { name: string }) {
  return createElement(icons.get(name) ?? IconBox, { size: 16, stroke: 1.5, 'aria-hidden': true });
}
