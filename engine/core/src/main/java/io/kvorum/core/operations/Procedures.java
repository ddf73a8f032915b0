package io.kvorum.core.operations;

/** Which procedure serves which request. */
final class Procedures {

    private final ConfigureProcedure configure = new ConfigureProcedure();
    private final RemoveConfigProcedure removeConfig = new RemoveConfigProcedure();
    private final RegisterHostProcedure registerHost = new RegisterHostProcedure();
    private final ChangeHostProcedure changeHost = new ChangeHostProcedure();
    private final RenewHostProcedure renewHost = new RenewHostProcedure();
    private final RemoveHostProcedure removeHost = new RemoveHostProcedure();
    private final MaintainHostProcedure maintainHost = new MaintainHostProcedure();
    private final ActivateHostProcedure activateHost = new ActivateHostProcedure();
    private final PowerHostProcedure powerHost = new PowerHostProcedure();
    private final UpgradeHostProcedure upgradeHost = new UpgradeHostProcedure();
    private final TestPowerManagementProcedure testPower = new TestPowerManagementProcedure();
    private final ProbeHostProcedure probeHost = new ProbeHostProcedure();
    private final ConfirmHostDownProcedure confirmHostDown = new ConfirmHostDownProcedure();
    private final InspectStorageProcedure inspectStorage = new InspectStorageProcedure();
    private final JoinLockspaceProcedure joinLockspace = new JoinLockspaceProcedure();
    private final LeaveLockspaceProcedure leaveLockspace = new LeaveLockspaceProcedure();
    private final InspectLockspaceProcedure inspectLockspace = new InspectLockspaceProcedure();
    private final RestartByLeaseProcedure restartByLease = new RestartByLeaseProcedure();
    private final ChangeVmProcedure changeVm = new ChangeVmProcedure();
    private final CreateVmProcedure createVm = new CreateVmProcedure();
    private final CreateVmsProcedure createVms = new CreateVmsProcedure();
    private final DeleteVmProcedure deleteVm = new DeleteVmProcedure();
    private final StartVmProcedure startVm = new StartVmProcedure();
    private final StartVmsProcedure startVms = new StartVmsProcedure();
    private final StopVmProcedure stopVm = new StopVmProcedure();
    private final ControlVmProcedure controlVm = new ControlVmProcedure();
    private final SuspendVmProcedure suspendVm = new SuspendVmProcedure();
    private final CheckVmProcedure checkVm = new CheckVmProcedure();
    private final RecoverVmProcedure recoverVm = new RecoverVmProcedure();
    private final MigrateVmProcedure migrateVm = new MigrateVmProcedure();
    private final MaintainClusterProcedure maintainCluster = new MaintainClusterProcedure();
    private final ReviewPlanProcedure reviewPlan = new ReviewPlanProcedure();
    private final BeginImageProcedure beginImage = new BeginImageProcedure();
    private final FinishImageProcedure finishImage = new FinishImageProcedure();
    private final DeleteImageProcedure deleteImage = new DeleteImageProcedure();
    private final CreateTemplateProcedure createTemplate = new CreateTemplateProcedure();
    private final DeleteTemplateProcedure deleteTemplate = new DeleteTemplateProcedure();

    /** The procedure of that request; it takes requests of exactly that type. */
    @SuppressWarnings("unchecked")
    Procedure<Request> of(Request request) {
        return (Procedure<Request>) (Procedure<? extends Request>)
                switch (request) {
                    case Request.Configure r -> configure;
                    case Request.RemoveConfig r -> removeConfig;
                    case Request.RegisterHost r -> registerHost;
                    case Request.ChangeHost r -> changeHost;
                    case Request.RenewHost r -> renewHost;
                    case Request.RemoveHost r -> removeHost;
                    case Request.MaintainHost r -> maintainHost;
                    case Request.ActivateHost r -> activateHost;
                    case Request.PowerHost r -> powerHost;
                    case Request.UpgradeHost r -> upgradeHost;
                    case Request.TestPowerManagement r -> testPower;
                    case Request.ProbeHost r -> probeHost;
                    case Request.ConfirmHostDown r -> confirmHostDown;
                    case Request.InspectStorage r -> inspectStorage;
                    case Request.JoinLockspace r -> joinLockspace;
                    case Request.LeaveLockspace r -> leaveLockspace;
                    case Request.InspectLockspace r -> inspectLockspace;
                    case Request.RestartByLease r -> restartByLease;
                    case Request.ChangeVm r -> changeVm;
                    case Request.CreateVm r -> createVm;
                    case Request.CreateVms r -> createVms;
                    case Request.DeleteVm r -> deleteVm;
                    case Request.StartVm r -> startVm;
                    case Request.StartVms r -> startVms;
                    case Request.StopVm r -> stopVm;
                    case Request.ControlVm r -> controlVm;
                    case Request.SuspendVm r -> suspendVm;
                    case Request.CheckVm r -> checkVm;
                    case Request.RecoverVm r -> recoverVm;
                    case Request.MigrateVm r -> migrateVm;
                    case Request.MaintainCluster r -> maintainCluster;
                    case Request.ReviewPlan r -> reviewPlan;
                    case Request.BeginImage r -> beginImage;
                    case Request.FinishImage r -> finishImage;
                    case Request.DeleteImage r -> deleteImage;
                    case Request.CreateTemplate r -> createTemplate;
                    case Request.DeleteTemplate r -> deleteTemplate;
                };
    }
}
