/** A tag whose quoted attributes may hold Liquid, and in it any character. */
const IMAGE = /<img\b(?:"[^"]*"|'[^']*'|[^>"'])*>/gi;
const DATA = /\bsrc\s*=\s*["']data:image\/(png|gif);base64,([\w+/=]{16,})/i;
const BYTES = 48;

/**
 * Gives images the width and height that are known: from their style, or from the image itself where it
 * stands in the address. Without a size a client that loads no images shows a jumping page, and Outlook
 * shows each as large as it is.
 */
export function withImageSizes(html: string): string {
  return html.replaceAll(IMAGE, (tag) => {
    const known = { ...sizeOfData(tag), ...sizeOfStyle(tag) };
    const added = (['width', 'height'] as const)
      .filter((name) => known[name] !== undefined && !hasAttribute(tag, name))
      .map((name) => ` ${name}="${known[name]}"`)
      .join('');
    return added === '' ? tag : tag.replace(/\s*\/?>$/, (end) => `${added}${end}`);
  });
}

/** The images of HTML, each as its tag. */
export const imagesIn = (html: string): string[] => html.match(IMAGE) ?? [];

/** Whether a tag has an attribute, whatever its value. */
export const hasAttribute = (tag: string, name: string): boolean =>
  new RegExp(`\\s${name}\\s*=`, 'i').test(tag.replaceAll(/"[^"]*"|'[^']*'/g, '""'));

interface Size {
  readonly width?: number;
  readonly height?: number;
}

function sizeOfStyle(tag: string): Size {
  const style = /\sstyle\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag);
  const text = style?.[1] ?? style?.[2] ?? '';
  const pixels = (name: string): number | undefined => {
    const value = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*(\\d{1,4})px\\s*(?:;|$)`, 'i').exec(text);
    return value?.[1] === undefined ? undefined : Number(value[1]);
  };
  const width = pixels('width');
  const height = pixels('height');
  return { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
}

/** Source: PNG (ISO/IEC 15948) section 11.2.2, GIF89a section 18. */
function sizeOfData(tag: string): Size {
  const [, type = '', base64 = ''] = DATA.exec(tag) ?? [];
  const bytes = Buffer.from(base64.slice(0, BYTES), 'base64');
  if (
    type.toLowerCase() === 'png' &&
    bytes.length >= 24 &&
    bytes.toString('latin1', 1, 4) === 'PNG'
  ) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (
    type.toLowerCase() === 'gif' &&
    bytes.length >= 10 &&
    bytes.toString('latin1', 0, 3) === 'GIF'
  ) {
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  }
  return {};
}
