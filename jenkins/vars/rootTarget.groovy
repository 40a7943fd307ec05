// One target of the Makefile that only root may make: it installs packages of the system.
void call(String name) {
    sh "sudo make ${name}"
}
