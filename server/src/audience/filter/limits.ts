/** Levels of `and`, `or`, `not` and conditions; `where` of an event counts on. */
export const FILTER_DEPTH_MAX = 10;
/** `and`, `or`, `not` and conditions together: each may cost a look at every user. */
export const FILTER_NODES_MAX = 200;
/** Characters of a text that is compared with: as long as the address of a page may be. */
export const FILTER_TEXT_LENGTH_MAX = 2_000;
/** Entries of a list that is compared with. */
export const FILTER_LIST_LENGTH_MAX = 1_000;
/** Characters of a field's name, and its parts: traits nest at most 32 levels. */
export const FIELD_LENGTH_MAX = 500;
export const FIELD_PARTS_MAX = 33;
/** Counting stops here: nobody asks for more, and every one of them would be read. */
export const EVENT_COUNT_MAX = 10_000;
/** Characters of a step's id. */
export const STEP_ID_LENGTH_MAX = 64;
/** Ten years, in the unit that has the most of them. */
export const DURATION_MS_MAX = 10 * 366 * 24 * 60 * 60_000;
