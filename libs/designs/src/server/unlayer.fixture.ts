const content = (type: string, values: Record<string, unknown>) => ({
  id: `id-${type}`,
  type,
  values: {
    containerPadding: '10px',
    _meta: { htmlID: `u_content_${type}_1`, htmlClassNames: `u_content_${type}` },
    ...values,
  },
});

const row = (cells: number[], columns: unknown[][], values: Record<string, unknown> = {}) => ({
  id: 'row',
  cells,
  columns: columns.map((contents) => ({
    id: 'column',
    contents,
    values: { _meta: { htmlID: 'u_column_1', htmlClassNames: 'u_column' }, padding: '0px', border: {} },
  })),
  values: {
    displayCondition: null,
    columns: false,
    backgroundColor: '',
    columnsBackgroundColor: '#ffffff',
    padding: '0px',
    _meta: { htmlID: 'u_row_1', htmlClassNames: 'u_row' },
    ...values,
  },
});

const text = (html: string) => content('text', { textAlign: 'left', lineHeight: '140%', text: html });

/** A design as Unlayer's editor writes it, made up for tests. */
export const unlayerDesign = (more: unknown[] = []) => ({
  counters: { u_row: 3 },
  schemaVersion: 18,
  body: {
    id: 'body',
    rows: [
      row(
        [1],
        [
          [
            content('heading', {
              headingType: 'h1',
              fontSize: '28px',
              text: 'Hello {{ contact.first_name | default: "there" }}',
            }),
          ],
        ],
      ),
      row(
        [1, 1],
        [
          [text('<p>Left {{ lead.course_title }}</p>')],
          [
            content('button', {
              href: { name: 'web', values: { href: 'https://example.com/?c={{ contact.id }}', target: '_blank' } },
              buttonColors: { color: '#ffffff', backgroundColor: '#0f6b5c' },
              size: { autoWidth: true, width: '100%' },
              text: 'Go',
            }),
          ],
        ],
        {
          displayCondition: { type: 'Customers', before: '{% if contact.type == "customer" %}', after: '{% endif %}' },
        },
      ),
      row(
        [1],
        [
          [
            content('divider', {
              width: '100%',
              border: { borderTopWidth: '1px', borderTopStyle: 'solid', borderTopColor: '#bbbbbb' },
            }),
            ...more,
          ],
        ],
      ),
    ],
    values: {
      contentWidth: '600px',
      fontFamily: { label: 'Arial', value: 'arial,helvetica,sans-serif' },
      textColor: '#000000',
      backgroundColor: '#f6f4ee',
      linkStyle: { body: true, linkColor: '#0000ee', linkUnderline: true },
      _meta: { htmlID: 'u_body', htmlClassNames: 'u_body' },
    },
  },
});

export const hostileText = text('<p onclick="x()">Bye</p><script>alert(1)</script><a href="javascript:x">x</a>');
/** Of a kind that only the editor can draw. */
export const customTool = { id: 'id-custom', type: 'custom', slug: 'countdown', values: {} };
