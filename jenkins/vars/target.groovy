// One target of the Makefile.
void call(String name) {
    sh "make ${name}"
}
