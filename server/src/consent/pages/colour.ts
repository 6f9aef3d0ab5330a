/** A colour as it is written in CSS: `#rrggbb`. */
export type Hex = `#${string}`;

/** The accent of a page on one background. */
export interface Accent {
  /** Readable as text on the background: for links, and for the edges of surfaces. */
  readonly colour: Hex;
  /** The brand's own colour, whatever it is. */
  readonly surface: Hex;
  /** Readable on the surface. */
  readonly ink: Hex;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** WCAG 2.2, success criterion 1.4.3: text that is not large. */
const CONTRAST_MIN = 4.5;
const STEPS = 20;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** One of them can be read on anything: with a softer black that would not be so. */
const INKS: readonly Rgb[] = [WHITE, BLACK];

/**
 * The brand's colour as it is, and made darker or lighter as far as it takes to be read on a background.
 *
 * Source: WCAG 2.2, contrast ratio.
 *
 * @param brand what the workspace has set; anything but `#rgb` or `#rrggbb` counts as not set
 */
export function accentOn(background: Hex, brand: string | null, fallback: Hex): Accent {
  const ground = rgbOf(background) ?? WHITE;
  const wanted = rgbOf(brand ?? '') ?? rgbOf(fallback) ?? BLACK;
  const target = luminanceOf(ground) > 0.18 ? BLACK : WHITE;
  let colour = wanted;
  for (let step = 1; contrastOf(colour, ground) < CONTRAST_MIN && step <= STEPS; step += 1) {
    colour = mixed(wanted, target, step / STEPS);
  }
  const [ink = BLACK] = INKS.toSorted((a, b) => contrastOf(b, wanted) - contrastOf(a, wanted));
  return { colour: hexOf(colour), surface: hexOf(wanted), ink: hexOf(ink) };
}

/** How far two colours are apart, 1 … 21. Colours that are none count as black. */
export function contrast(one: Hex, other: Hex): number {
  return contrastOf(rgbOf(one) ?? BLACK, rgbOf(other) ?? BLACK);
}

function rgbOf(text: string): Rgb | null {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text)?.[1];
  if (digits === undefined) return null;
  const full = digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits;
  const channel = (n: number): number => Number.parseInt(full.slice(n * 2, n * 2 + 2), 16);
  return [channel(0), channel(1), channel(2)];
}

const hexOf = (rgb: Rgb): Hex =>
  `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;

const mixed = ([r, g, b]: Rgb, [toR, toG, toB]: Rgb, share: number): Rgb => [
  Math.round(r + (toR - r) * share),
  Math.round(g + (toG - g) * share),
  Math.round(b + (toB - b) * share),
];

function luminanceOf(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrastOf(one: Rgb, other: Rgb): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
