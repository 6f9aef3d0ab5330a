/** What the page's policy lets style elements carry; the server writes a new one into every page. */
export const styleNonce =
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// Where libraries look for it that add styles of their own, such as the one that locks scrolling.
Object.assign(globalThis, { __webpack_nonce__: styleNonce });
