// The language of numbers and dates: the page's, as the user's browser prefers it. Words of one language with the
// digits of another cannot be read.

const PAGE = document.documentElement.lang;

export const LOCALE = navigator.languages.find((language) => language.split('-')[0] === PAGE) ?? 'en-GB';
