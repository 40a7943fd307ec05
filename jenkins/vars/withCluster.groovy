// The way to the cluster that this Jenkins deploys to.
void call(Closure body) {
    withCredentials([file(credentialsId: 'argosy-kubeconfig', variable: 'KUBECONFIG')]) {
        body()
    }
}
