import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';

const verdigris: MantineColorsTuple = [
  '#edf6f3',
  '#dcebe5',
  '#b6d7cd',
  '#8ac3b3',
  '#5cc2ac',
  '#2f8a79',
  '#0f6b5c',
  '#0b5549',
  '#084238',
  '#042e27',
];

/** Mantine's greys in the warmth of the paper; 4 is the border of controls, 3:1 against every ground. */
const gray: MantineColorsTuple = [
  '#f6f4ee',
  '#efece4',
  '#e6e2d8',
  '#dedacf',
  '#8c877a',
  '#78746a',
  '#646d6b',
  '#4c5857',
  '#2f3a3a',
  '#1e2a2b',
];
const dark: MantineColorsTuple = [
  '#eceae3',
  '#d3d4ce',
  '#b4bcb9',
  '#929c99',
  '#74807f',
  '#2f393a',
  '#1c2324',
  '#1c2324',
  '#14191a',
  '#0e1213',
];

/** Filled controls take ink or white by scheme, so that text on the accent is readable in both. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const color = input.color ?? input.theme.primaryColor;
  if (color === 'danger') {
    const filled = input.variant === 'filled';
    const bordered = input.variant === 'default' || input.variant === 'outline';
    return {
      ...colors,
      background: filled ? 'var(--danger)' : 'transparent',
      hover: filled ? 'var(--danger)' : 'var(--danger-soft)',
      color: filled ? 'var(--card)' : 'var(--danger)',
      border: `1px solid ${bordered ? 'var(--control-border)' : 'transparent'}`,
    };
  }
  if (input.variant === 'filled' && color === 'verdigris') {
    return { ...colors, background: 'var(--accent)', hover: 'var(--accent-strong)', color: 'var(--on-accent)' };
  }
  return colors;
};

/** Cortex's dress for Mantine: its sizes, faces and controls follow `tokens.css`. */
export const theme = createTheme({
  primaryColor: 'verdigris',
  colors: { verdigris, gray, dark },
  white: '#fffefb',
  black: '#1e2a2b',
  variantColorResolver,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '16px', sm: '18px', md: '18px', lg: '21px', xl: '24px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '4px', md: '4px', lg: '6px', xl: '6px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: {
    fontFamily: 'var(--serif)',
    fontWeight: '500',
    sizes: {
      h1: { fontSize: '24px', lineHeight: '30px' },
      h2: { fontSize: '18px', lineHeight: '24px' },
      h3: { fontSize: '15px', lineHeight: '21px' },
    },
  },
  // Plain objects: naming the components here would load them all with the first page.
  components: {
    Button: { defaultProps: { size: 'sm', fw: 500 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 32 } },
    Tooltip: { defaultProps: { openDelay: 300, withinPortal: true, multiline: true, maw: 320 } },
    Drawer: {
      defaultProps: { transitionProps: { duration: 140 }, overlayProps: { color: 'var(--overlay)' } },
    },
    Modal: { defaultProps: { transitionProps: { duration: 140 }, centered: true, radius: 'lg' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
});

const shared = {
  '--mantine-color-body': 'var(--card)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--danger)',
  '--mantine-color-default': 'var(--card)',
  '--mantine-color-default-hover': 'var(--accent-soft)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--control-border)',
  '--mantine-color-disabled': 'var(--line)',
  '--mantine-color-disabled-color': 'var(--ink-3)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-color-verdigris-filled': 'var(--accent)',
  '--mantine-color-verdigris-filled-hover': 'var(--accent-strong)',
  '--mantine-color-verdigris-light': 'var(--accent-soft)',
  '--mantine-color-verdigris-light-hover': 'var(--accent-soft)',
  '--mantine-color-verdigris-light-color': 'var(--accent)',
  '--mantine-color-verdigris-outline': 'var(--accent)',
  '--mantine-color-verdigris-text': 'var(--accent)',
  '--mantine-color-gray-text': 'var(--ink-2)',
  '--mantine-color-gray-light-color': 'var(--ink-2)',
  '--mantine-color-gray-light-hover': 'var(--accent-soft)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--menu-item-hover': 'var(--accent-soft)',
  '--mantine-shadow-xs': 'none',
  '--mantine-shadow-sm': 'none',
  '--mantine-shadow-md': 'var(--lift)',
  '--mantine-shadow-lg': 'var(--lift)',
  '--mantine-shadow-xl': 'var(--lift)',
};

/** Points Mantine's variables to the tokens; both schemes follow because the tokens do. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
