// The commit under test. What earlier builds of this workspace left in ignored folders is the cache.
void call() {
    checkout scm
    sh 'git clean -fd'
}
