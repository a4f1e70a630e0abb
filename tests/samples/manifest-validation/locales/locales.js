import { languages } from './languages.js';
export const languageCodes = languages.map((it) => {
    return { formatted: it.name, code: it.code };
});
