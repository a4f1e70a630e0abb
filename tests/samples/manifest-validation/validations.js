import { maniTests as Tests } from "./mani-tests.js";
export const maniTests = Tests;
export async function loopThroughKeys(manifest, requiredOnly = false, includeMissedTests = false) {
    return new Promise((resolve) => {
        let data = [];
        const maniFields = Object.keys(manifest);
        maniTests.forEach((test) => {
            if (requiredOnly && test.category !== "required") {
                return;
            }
            const tested = maniFields.some((field) => {
                if (test.member === field && test.test) {
                    const testResult = test.test(manifest[field]);
                    test.valid = testResult ? true : false;
                    data.push(test);
                    return true;
                }
                return false;
            });
            if (!tested && includeMissedTests) {
                test.test && test.test(undefined);
                data.push(Object.assign(Object.assign({}, test), { valid: false }));
            }
        });
        resolve(data);
    });
}
export async function loopThroughRequiredKeys(manifest, includeMissedTests = false) {
    return new Promise((resolve, reject) => {
        loopThroughKeys(manifest, true, includeMissedTests).then((data) => {
            resolve(data);
        }).catch((err) => {
            console.error(err);
            reject(err);
        });
    });
}
export async function findSingleField(field, value) {
    return new Promise(async (resolve) => {
        let singleField = true;
        let failedTests = [];
        maniTests.forEach((test) => {
            if (test.member === field && test.test) {
                const testResult = test.test(value);
                if (!testResult) {
                    failedTests.push(test.errorString);
                }
                singleField = singleField && testResult;
            }
        });
        if (singleField) {
            resolve({ "valid": singleField });
        }
        resolve({ "valid": singleField, "errors": failedTests });
    });
}
