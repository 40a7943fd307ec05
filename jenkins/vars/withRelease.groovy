// The credentials of a release: the key that signs, and the account that writes to the registry.
void call(Closure body) {
    withCredentials([
        file(credentialsId: 'argosy-signing-keyring', variable: 'ARGOSY_SIGNING_KEYRING'),
        file(credentialsId: 'argosy-signing-passphrase', variable: 'ARGOSY_SIGNING_PASSPHRASE'),
        file(credentialsId: 'argosy-registry', variable: 'ARGOSY_REGISTRY_CREDENTIALS'),
    ]) {
        body()
    }
}
