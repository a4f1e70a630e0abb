var __asyncValues = (this && this.__asyncValues) || function (o) {
    if (!Symbol.asyncIterator) throw new TypeError("Symbol.asyncIterator is not defined.");
    var m = o[Symbol.asyncIterator], i;
    return m ? m.call(o) : (o = typeof __values === "function" ? __values(o) : o[Symbol.iterator](), i = {}, verb("next"), verb("throw"), verb("return"), i[Symbol.asyncIterator] = function () { return this; }, i);
    function verb(n) { i[n] = o[n] && function (v) { return new Promise(function (resolve, reject) { v = o[n](v), settle(resolve, reject, v.done, v.value); }); }; }
    function settle(resolve, reject, d, v) { Promise.resolve(v).then(function(v) { resolve({ value: v, done: d }); }, reject); }
};
import { findMissingKeys, isValidJSON, isValidURL, validProtocols } from "./utils/validation-utils.js";
export { required_fields, recommended_fields, optional_fields, validateSingleRelatedApp } from "./utils/validation-utils.js";
import { maniTests, findSingleField, loopThroughKeys, loopThroughRequiredKeys } from "./validations.js";
export let currentManifest;
export async function validateManifest(manifest, includeMissedTests) {
    return new Promise(async (resolve, reject) => {
        const validJSON = isValidJSON(manifest);
        if (validJSON === false) {
            reject('Manifest is not valid JSON');
        }
        currentManifest = manifest;
        let data = await loopThroughKeys(manifest, false, includeMissedTests);
        resolve(data);
    });
}
export async function validateSingleField(field, value) {
    return new Promise(async (resolve, reject) => {
        try {
            const data = await findSingleField(field, value);
            resolve(data);
        }
        catch (err) {
            reject(err);
        }
    });
}
export async function reportMissing(manifest) {
    return new Promise(async (resolve) => {
        const data = await findMissingKeys(manifest);
        if (data && data.length > 0) {
            resolve(data);
        }
        else {
            resolve([]);
        }
    });
}
export async function validateRequiredFields(manifest) {
    return new Promise(async (resolve, reject) => {
        const validJSON = isValidJSON(manifest);
        if (validJSON === false) {
            reject('Manifest is not valid JSON');
        }
        let data = await loopThroughRequiredKeys(manifest, true);
        if (data && data.length > 0) {
            resolve(data);
        }
    });
}
export async function validateImprovements(manifest) {
    var _a, e_1, _b, _c;
    const optionalValidationErrors = [];
    const validJSON = isValidJSON(manifest);
    if (validJSON === false) {
        throw new Error('Manifest is not valid JSON');
    }
    try {
        for (var _d = true, maniTests_1 = __asyncValues(maniTests), maniTests_1_1; maniTests_1_1 = await maniTests_1.next(), _a = maniTests_1_1.done, !_a;) {
            _c = maniTests_1_1.value;
            _d = false;
            try {
                const test = _c;
                if (test && test.category === "optional" && test.test) {
                    if (Object.keys(manifest).includes(test.member) === true) {
                        const testResult = await test.test(manifest[test.member]);
                        if (testResult === false) {
                            optionalValidationErrors.push(test);
                        }
                    }
                }
            }
            finally {
                _d = true;
            }
        }
    }
    catch (e_1_1) { e_1 = { error: e_1_1 }; }
    finally {
        try {
            if (!_d && !_a && (_b = maniTests_1.return)) await _b.call(maniTests_1);
        }
        finally { if (e_1) throw e_1.error; }
    }
    return optionalValidationErrors;
}
export async function isInstallReady(manifest) {
    const validJSON = isValidJSON(manifest);
    if (validJSON === false) {
        throw new Error('Manifest is not valid JSON');
    }
    const validations = await validateRequiredFields(manifest);
    return validations.length === 0;
}
function isValidRelativeURL(str) {
    var pattern = new RegExp('^(?!www\.|(?:http|ftp)s?://|[A-Za-z]:\\|//).*');
    return !!pattern.test(str);
}
export function validateSingleProtocol(proto) {
    let validProtocol = validProtocols.includes(proto.protocol) || proto.protocol.startsWith("web+") || proto.protocol.startsWith("web+");
    if (!validProtocol) {
        return "protocol";
    }
    let validURL = isValidURL(proto.url) || isValidRelativeURL(proto.url);
    if (!validURL) {
        return "url";
    }
    return "valid";
}
export async function groupedValidation(manifest) {
    return new Promise(async (resolve, reject) => {
        const validJSON = isValidJSON(manifest);
        if (validJSON === false) {
            reject('Manifest is not valid JSON');
        }
        currentManifest = manifest;
        const testResults = await loopThroughKeys(manifest, false, true);
        const resultsGrouped = testResults.reduce((acc, curr) => {
            const curTrimmed = { category: curr.category, member: curr.member, valid: curr.valid, displayString: curr.displayString, errorString: curr.errorString, infoString: curr.infoString, docsLink: curr.docsLink };
            if (acc[curr.member]) {
                acc[curr.member].push(curTrimmed);
            }
            else {
                acc[curr.member] = [curTrimmed];
            }
            return acc;
        }, {});
        Object.keys(resultsGrouped).some(key => {
            if (key == 'icons' && (resultsGrouped[key].length > 1)) {
                resultsGrouped[key] = resultsGrouped[key].filter((item) => item.category === 'required');
                return true;
            }
            return false;
        });
        Object.keys(resultsGrouped).forEach(key => { delete resultsGrouped[key][0].category; });
        const groupedValidation = {
            installable: {
                short_name: resultsGrouped['short_name'][0],
                name: resultsGrouped['name'][0],
                description: resultsGrouped['description'][0],
                display: resultsGrouped['display'][0],
                icons: resultsGrouped['icons'][0],
            },
            additional: {
                id: resultsGrouped['id'][0],
                launch_handler: resultsGrouped['launch_handler'][0],
                orientation: resultsGrouped['orientation'][0],
                background_color: resultsGrouped['background_color'][0],
                theme_color: resultsGrouped['theme_color'][0],
                screenshots: resultsGrouped['screenshots'][0],
                categories: resultsGrouped['categories'][0]
            },
            progressive: {
                share_target: resultsGrouped['share_target'][0],
                protocol_handlers: resultsGrouped['protocol_handlers'][0],
                file_handlers: resultsGrouped['file_handlers'][0],
                shortcuts: resultsGrouped['shortcuts'][0],
                display_override: resultsGrouped['display_override'][0],
                edge_side_panel: resultsGrouped['edge_side_panel'][0],
                scope_extensions: resultsGrouped['scope_extensions'][0],
                widgets: resultsGrouped['widgets'][0]
            }
        };
        resolve(groupedValidation);
    });
}
export * from './interfaces.js';
