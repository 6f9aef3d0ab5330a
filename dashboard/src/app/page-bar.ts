import { createContext, useContext } from 'react';

/** The place in the top bar for the controls of the page that is open; null before it is there. */
export const PageBar = createContext<HTMLElement | null>(null);

export const usePageBar = (): HTMLElement | null => useContext(PageBar);
